using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Behalf.Tests.Keys.Services;

/// <summary>A key service on a socket of its own that speaks the real protocol, and fails in the ways the real one does.</summary>
internal abstract class FakeKeyService : IAsyncDisposable
{
    /// <summary>Stands in every error body: it must come out nowhere.</summary>
    public const string Canary = "canary-7f3a-do-not-repeat";

    private WebApplication? _app;
    private int _now;
    private int _most;

    public string Url => _app!.Urls.First();

    /// <summary>What was asked for, one word for each request that got as far as to be counted.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public bool Denies { get; set; }

    /// <summary>So many requests from now on are answered with a 503.</summary>
    public int Failures { get; set; }

    /// <summary>So many requests from now on have their connection cut.</summary>
    public int Cuts { get; set; }

    /// <summary>Answers wait for this.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Sent with 200 in place of every answer.</summary>
    public string? Garbage { get; set; }

    /// <summary>A status with a body that has the canary, in place of every answer.</summary>
    public int? Status { get; set; }

    public int MostAtOnce => _most;

    protected async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(HandleAsync);
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    protected abstract Task AnswerAsync(HttpContext http, byte[] body);

    /// <summary>Refuses as the service does.</summary>
    protected abstract Task RefuseAsync(HttpContext http);

    protected abstract string NameOf(HttpContext http);

    protected static Task WriteAsync(HttpContext http, int status, string json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(json);
    }

    private async Task HandleAsync(HttpContext http)
    {
        using var content = new MemoryStream();
        await http.Request.Body.CopyToAsync(content);
        Calls.Enqueue(NameOf(http));
        InterlockedMax(Interlocked.Increment(ref _now));
        try
        {
            await Gate.WaitAsync(http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The caller gave up.
            return;
        }
        finally
        {
            // Before the answer: whoever gets it may send the next request at once.
            Interlocked.Decrement(ref _now);
        }

        await MisbehaveOrAnswerAsync(http, content.ToArray());
    }

    private Task MisbehaveOrAnswerAsync(HttpContext http, byte[] body)
    {
        if (Cuts > 0)
        {
            Cuts--;
            http.Abort();
            return Task.CompletedTask;
        }

        if (Failures > 0)
        {
            Failures--;
            return WriteAsync(http, 503, $$"""{"errors":["{{Canary}}"],"message":"{{Canary}}"}""");
        }

        return Status is { } status ? WriteAsync(http, status, $$"""{"__type":"{{Canary}}","errors":["{{Canary}}"],"message":"{{Canary}}"}""")
            : Garbage is { } garbage ? WriteAsync(http, 200, garbage)
            : Denies ? RefuseAsync(http)
            : AnswerAsync(http, body);
    }

    private void InterlockedMax(int now)
    {
        for (var most = _most; now > most; most = _most)
        {
            Interlocked.CompareExchange(ref _most, now, most);
        }
    }
}
