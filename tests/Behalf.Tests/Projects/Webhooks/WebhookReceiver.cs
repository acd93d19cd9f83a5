using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Behalf.Tests.Projects.Webhooks;

/// <summary>What came to the receiver, byte for byte.</summary>
internal sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Id => Headers["webhook-id"];

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string? Type => Json.GetProperty("type").GetString();

    public string[] Signatures => Headers["webhook-signature"].Split(' ');
}

/// <summary>The application's side: takes deliveries on loopback and answers as it is told.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = [];
    private int _status = 204;
    private string? _location;

    private WebhookReceiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.First() + "/hook";

    public IReadOnlyList<Received> Received => [.. _received];

    public IEnumerable<string?> Types => Received.Select(one => one.Type);

    /// <summary>Where set, every answer waits for it.</summary>
    public TaskCompletionSource? Hold { get; set; }

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new WebhookReceiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    public void Answer(int status, string? location = null)
    {
        _location = location;
        Volatile.Write(ref _status, status);
    }

    public ValueTask DisposeAsync()
    {
        Hold?.TrySetResult();
        return _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        _received.Enqueue(new Received(context.Request.Path, headers, await reader.ReadToEndAsync()));
        await (Hold?.Task ?? Task.CompletedTask);
        context.Response.StatusCode = Volatile.Read(ref _status);
        if (_location is { } location)
        {
            context.Response.Headers.Location = location;
        }
    }
}
