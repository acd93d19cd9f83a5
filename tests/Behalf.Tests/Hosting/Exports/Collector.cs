using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Behalf.Tests.Hosting.Exports;

/// <summary>A span as it was sent. Kinds are those of the protocol: 1 internal, 2 server, 3 client.</summary>
internal sealed record SentSpan(
    string TraceId, string SpanId, string ParentId, string TraceState, string Name, int Kind, IReadOnlyDictionary<string, string> Attributes, bool Failed)
{
    public bool IsRoot => ParentId.Length == 0;
}

/// <summary>An operator's OTLP collector (protobuf over HTTP) that keeps all it gets.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, string Headers, byte[] Body)> _received = [];

    private Collector(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>Every byte, as text: what is looked for in it is ASCII.</summary>
    public string Everything => string.Concat(_received.Select(r => r.Headers + Encoding.Latin1.GetString(r.Body)));

    public IReadOnlyList<SentSpan> Spans =>
    [
        .. from body in Bodies("/v1/traces")
           from resource in body.All(1)
           from scope in resource.All(2)
           from span in scope.All(2)
           select new SentSpan(
               span.Hex(1), span.Hex(2), span.Hex(4), span.Text(3), span.Text(5), (int)span.Number(6), Attributes(span, 9), span.One(15)?.Number(3) == 2),
    ];

    public IReadOnlySet<string> Services =>
        (from body in Bodies("/v1/traces") from resource in body.All(1) select Attributes(resource.One(1)!, 1)["service.name"]).ToHashSet();

    public IReadOnlySet<string> MetricNames =>
        (from body in Bodies("/v1/metrics") from resource in body.All(1) from scope in resource.All(2) from metric in scope.All(2) select metric.Text(1)).ToHashSet();

    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new Collector(app);
        app.Run(collector.TakeAsync);
        await app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IEnumerable<ProtobufMessage> Bodies(string path) =>
        _received.Where(r => r.Path == path).Select(r => new ProtobufMessage(r.Body));

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = string.Concat(context.Request.Headers.Select(h => $"{h.Key}: {h.Value}\n"));
        _received.Enqueue((context.Request.Path, headers, body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }

    private static Dictionary<string, string> Attributes(ProtobufMessage holder, int field) =>
        holder.All(field).ToDictionary(pair => pair.Text(1), pair => Value(pair.One(2)!));

    private static string Value(ProtobufMessage any) => any.Has(1) ? any.Text(1)
        : any.Has(2) ? (any.Number(2) == 1).ToString()
        : any.Has(3) ? any.Number(3).ToString(CultureInfo.InvariantCulture)
        : BitConverter.UInt64BitsToDouble(any.Number(4)).ToString(CultureInfo.InvariantCulture);
}
