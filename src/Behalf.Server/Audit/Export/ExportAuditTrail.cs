using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Behalf.Audit.Chain;
using Behalf.Audit.Sealing;
using Behalf.Storage;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Audit.Export;

/// <summary>Writes a project's trail as JSON lines: the public keys, then the events with each checkpoint behind the event it
/// covers, then what is not sealed yet. Nothing else is needed to verify it elsewhere.</summary>
internal sealed class ExportAuditTrail(IDatabase database, CheckpointKeys keys)
{
    public static async Task HandleAsync(
        HttpContext context,
        CallerParameter caller,
        [FromQuery(Name = "from_seq")] long? from,
        [FromQuery(Name = "to_seq")] long? to,
        ExportAuditTrail export,
        CancellationToken ct)
    {
        if (from < 1 || to < 1 || from > to)
        {
            throw new Problem(Refusal.InvalidRequest, "from_seq and to_seq are places in the chain, from 1 on, in this order.");
        }

        // What can be refused is refused before the first byte.
        var trusted = await export.TrustedAsync(ct);
        context.Response.ContentType = "application/x-ndjson";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"audit-{caller.Caller.Project}.jsonl\"";
        await export.WriteAsync(caller.Caller.Project, from, to, trusted, context.Response.BodyWriter, ct);
    }

    public Task<IReadOnlyList<AuditPublicKey>> TrustedAsync(CancellationToken ct) => keys.TrustedAsync(ct);

    /// <summary>A part is given in whole sealed batches, and begins with the checkpoint before it: so it verifies by itself.</summary>
    public async Task WriteAsync(
        Id<IdKinds.Project> project,
        long? from,
        long? to,
        IReadOnlyList<AuditPublicKey> trusted,
        PipeWriter output,
        CancellationToken ct)
    {
        await using var lines = new LineWriter(output, ct);
        foreach (var key in trusted)
        {
            await lines.WriteAsync(PublicKeyLine.From(key), ExportJson.Default.PublicKeyLine);
        }

        var reader = new TrailReader(database, project);
        var last = (await reader.BoundsAsync(ct)).Last;
        var (before, end) = await reader.BatchesAsync(from ?? 1, to ?? last, ct);
        await foreach (var item in reader.ReadAsync(before, Math.Min(end, last), ct))
        {
            await (item.Event is { } row
                ? lines.WriteAsync(EventLine.From(row), ExportJson.Default.EventLine)
                : lines.WriteAsync(CheckpointLine.From(item.Checkpoint!), ExportJson.Default.CheckpointLine));
        }

        if (to is null)
        {
            await foreach (var row in reader.ReadUnsealedAsync(ct))
            {
                await lines.WriteAsync(EventLine.From(row), ExportJson.Default.EventLine);
            }
        }
    }

    /// <summary>JSON objects, one to a line, handed on before they pile up.</summary>
    private sealed class LineWriter(PipeWriter output, CancellationToken ct) : IAsyncDisposable
    {
        private const int FlushAt = 64 * 1024;
        private readonly Utf8JsonWriter _json = new(output);

        public async ValueTask WriteAsync<T>(T line, JsonTypeInfo<T> type)
        {
            JsonSerializer.Serialize(_json, line, type);
            _json.Flush();
            _json.Reset();
            output.Write("\n"u8);
            if (output.UnflushedBytes >= FlushAt)
            {
                await output.FlushAsync(ct);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await output.FlushAsync(ct);
            await _json.DisposeAsync();
        }
    }
}
