using Behalf.Accounts.Connect.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>A server on a free port that shows every sample page and answers what they post.</summary>
public sealed class PageSite : IAsyncLifetime
{
    private const string Logo =
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" fill="#4338ca"/>
        <path d="m11 35 13-22 13 22" fill="none" stroke="#fff" stroke-width="5" stroke-linejoin="round"/>
        <circle cx="24" cy="30" r="4" fill="#fbbf24"/></svg>
        """;

    private WebApplication _app = null!;

    public Uri Address { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _app = Build();
        await _app.StartAsync();
        Address = new Uri(_app.Urls.Single());
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    public string Url(string path) => new Uri(Address, path).AbsoluteUri;

    public async Task<string> GetAsync(string page) => await (await Http.GetAsync($"/pages/{page}")).Content.ReadAsStringAsync();

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapConnectAssets();
        MapPages(app);
        MapSurroundings(app);
        return app;
    }

    private static void MapPages(WebApplication app)
    {
        app.MapMethods("/pages/{page}", ["GET", "HEAD"], (string page, HttpRequest request, string? scheme) =>
        {
            request.Scheme = scheme ?? request.Scheme;
            return SamplePages.All[page];
        });
        app.MapGet("/hostile/{page}/{number:int}", (string page, int number) =>
            HostileStrings.Pages(HostileStrings.All[number])[page]);
        app.MapGet("/careless/{number:int}", (int number) =>
            Results.Text($"<!DOCTYPE html><p>{HostileStrings.All[number]}</p>", "text/html"));
    }

    /// <summary>What stands around the pages: where they post, where they lead, and a site that frames one.</summary>
    private static void MapSurroundings(WebApplication app)
    {
        app.MapGet("/samples/acme.svg", () => Results.Text(Logo, "image/svg+xml"));
        app.MapPost(SamplePages.Submit, EchoAsync);
        app.MapPost(SamplePages.Cancel, EchoAsync);
        app.MapGet("/samples/framed", () => Results.Text("<iframe src=/pages/consent></iframe>", "text/html"));
        app.MapGet("/samples/leave", (HttpRequest request) => PageResults.Connect(
            SamplePages.Consent with { FormAction = request.Path + request.QueryString.Value }));
        app.MapPost("/samples/leave", (Uri to) => PageResults.Handover(new() { Brand = SamplePages.Acme, Target = to }));
        app.MapGet("/samples/hop", () => Results.Redirect("/samples/arrived"));
        app.MapGet("/samples/arrived", (HttpRequest request) => $"referer: {request.Headers.Referer}");
    }

    private static async Task<string> EchoAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        return string.Join('\n', form.Select(pair => $"{pair.Key}={pair.Value}").Prepend(request.Path.Value!.Split('/')[^1]));
    }
}
