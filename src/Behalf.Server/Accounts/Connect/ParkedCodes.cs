using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;

namespace Behalf.Accounts.Connect;

/// <summary>Codes that wait, sealed and for a minute, for the application to confirm who finished: the defence against a link
/// that somebody else was talked into finishing.</summary>
internal sealed class ParkedCodes(IDatabase database, SecretVault vault, PublicOrigin origin)
{
    private const string Path = "/connect/session/";

    // Some providers' codes live two minutes only.
    private const int LifetimeMs = 60 * 1000;

    /// <summary>The session URI for the application; null if another callback was first.</summary>
    public async Task<string?> ParkAsync(FlowRow flow, PendingCode pending, CancellationToken ct)
    {
        var token = Base62.Random(43);
        var hash = Locator.Hash(LocatorKind.CompletionSession, token);
        using var sealer = await vault.SealerAsync(flow.ProjectId, ct);
        var parked = await database.WriteAsync(
            RowScope.Of(flow.ProjectId),
            async session =>
            {
                var taken = await session.ExecuteAsync(
                    """
                    update flow set stage = 3, session_hash = @hash, expires_at = behalf_now() + @LifetimeMs
                    where project_id = @ProjectId and flow_id = @FlowId and stage = 2 and expires_at > behalf_now()
                    """,
                    new { flow.ProjectId, flow.FlowId, hash, LifetimeMs });
                if (taken == 1)
                {
                    await sealer.SealAsync(session, flow.SecretOwner, SecretKind.Flow, 1, JsonSerializer.SerializeToUtf8Bytes(pending, ParkedJson.Default.PendingCode));
                    await session.AddLocatorAsync(LocatorKind.CompletionSession, hash, flow.ProjectId, flow.FlowId);
                }

                return taken == 1;
            },
            ct);
        return parked ? origin.Url(Path + token) : null;
    }

    /// <summary>The flow of a session URI of ours; null for anything else.</summary>
    public Task<FlowRow?> FindAsync(string sessionUri, CancellationToken ct)
    {
        var start = origin.Url(Path);
        return sessionUri.StartsWith(start, StringComparison.Ordinal)
            ? database.LocateFlowAsync(LocatorKind.CompletionSession, sessionUri[start.Length..], ct)
            : Task.FromResult<FlowRow?>(null);
    }

    public async Task<PendingCode> OpenAsync(FlowRow flow, CancellationToken ct)
    {
        using var opened = await vault.OpenAsync(flow.SecretOwner, SecretKind.Flow, 1, ct);
        return JsonSerializer.Deserialize(opened.Span, ParkedJson.Default.PendingCode)!;
    }
}

[JsonSerializable(typeof(PendingCode))]
internal sealed partial class ParkedJson : JsonSerializerContext;
