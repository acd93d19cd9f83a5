using System.Net;

namespace Behalf.Bench;

/// <summary>The least that any broker must do: take a request, send one upstream with a fixed credential, hand the answer on.
/// No key, no account, no record.</summary>
internal static class Forwarder
{
    public static async Task<int> RunAsync(string url, Uri upstream)
    {
        using var invoker = Invoker();
        var app = Slim.Build(url);
        app.Run(async context =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(upstream, context.Request.Path.Value));
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer fixed");
            using var response = await invoker.SendAsync(request, context.RequestAborted);
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            context.Response.ContentLength = response.Content.Headers.ContentLength;
            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        });
        await app.RunAsync();
        return 0;
    }

#pragma warning disable RS0030 // The rule is for the server: this is what it is measured against.
    private static HttpMessageInvoker Invoker() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        AutomaticDecompression = DecompressionMethods.None,
    });
#pragma warning restore RS0030
}
