using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Behalf.Accounts.Connect.Pages;

/// <summary>A page as a result: <typeparamref name="TPage"/> rendered with its view and the project's brand.</summary>
/// <remarks>The view cascades to the components, because a component's parameters must be public and its type with
/// them, and views are not. The page is whole before the first byte leaves, so a failure is a clean 500.</remarks>
internal sealed class HtmlPage<TPage, TView>(int status, BrandView brand, TView view) : IResult, IStatusCodeHttpResult
    where TPage : IComponent
    where TView : class
{
    public int? StatusCode => status;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var page = Encoding.UTF8.GetBytes(await RenderAsync(httpContext.RequestServices));
        PagePolicy.Apply(httpContext);

        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = page.Length;
        await response.Body.WriteAsync(page, httpContext.RequestAborted);
    }

    private async Task<string> RenderAsync(IServiceProvider services)
    {
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var root = ParameterView.FromDictionary(Cascade(brand, Cascaded(view, Page)));
        return await renderer.Dispatcher.InvokeAsync(
            async () => (await renderer.RenderComponentAsync<CascadingValue<BrandView>>(root)).ToHtmlString());
    }

    private static readonly RenderFragment Page = tree =>
    {
        tree.OpenComponent<TPage>(0);
        tree.CloseComponent();
    };

    private static RenderFragment Cascaded<TValue>(TValue value, RenderFragment content) => tree =>
    {
        tree.OpenComponent<CascadingValue<TValue>>(0);
        tree.AddMultipleAttributes(1, Cascade(value, content)!);
        tree.CloseComponent();
    };

    private static Dictionary<string, object?> Cascade<TValue>(TValue value, RenderFragment content) => new()
    {
        [nameof(CascadingValue<>.Value)] = value,
        [nameof(CascadingValue<>.IsFixed)] = true,
        [nameof(CascadingValue<>.ChildContent)] = content,
    };
}
