using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Audit;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;

namespace Behalf.Accounts.Connect;

/// <summary>What waits to become a credential: a provider's code, or what a user typed.</summary>
internal sealed record PendingConnection
{
    public PendingCode? Code { get; init; }

    public Dictionary<string, string>? Typed { get; init; }

    public override string ToString() => "[secret]";
}

/// <summary>Codes and typed keys that wait, sealed and for a minute, for the application to confirm who finished: the defence
/// against a link that somebody else was talked into finishing.</summary>
internal sealed class ParkedConnections(IDatabase database, SecretVault vault, PublicOrigin origin)
{
    private const string Path = "/connect/session/";

    // Some providers' codes live two minutes only.
    private const int LifetimeMs = 60 * 1000;

    /// <summary>The session URI for the application; null if another callback was first.</summary>
    public async Task<string?> ParkAsync(FlowRow flow, PendingConnection pending, AuditEvent because, CancellationToken ct)
    {
        var token = Base62.Random(43);
        var hash = Locator.Hash(LocatorKind.CompletionSession, token);
        var place = new SecretPlace { Owner = flow.SecretOwner, Kind = SecretKind.Flow, Version = 1 };
        var waiting = await vault.SealAsync(place, JsonSerializer.SerializeToUtf8Bytes(pending, ParkedJson.Default.PendingConnection), ct);
        var parked = await database.WriteAsync(
            RowScope.Of(flow.ProjectId),
            async session =>
            {
                var taken = await session.ExecuteAsync(
                    """
                    update flow set stage = 3, session_hash = @hash, expires_at = behalf_now() + @LifetimeMs
                    where project_id = @ProjectId and flow_id = @FlowId and stage = @Stage and expires_at > behalf_now()
                    """,
                    new { flow.ProjectId, flow.FlowId, flow.Stage, hash, LifetimeMs });
                if (taken == 1)
                {
                    await SecretVault.StoreAsync(session, waiting, because with { Action = AuditActions.LinkParked });
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

    public async Task<PendingConnection> OpenAsync(FlowRow flow, AuditEvent because, CancellationToken ct)
    {
        var place = new SecretPlace { Owner = flow.SecretOwner, Kind = SecretKind.Flow, Version = 1 };
        var row = await database.FindSecretAsync(flow.ProjectId, place.Owner.Id, SecretKind.Flow, ct) ?? throw new Problem(Refusal.CompletionOver);
        using var opened = await vault.OpenAsync(place, row, Use.ToldWithItsEffect(because), ct);
        return JsonSerializer.Deserialize(opened.Span, ParkedJson.Default.PendingConnection)!;
    }
}

[JsonSerializable(typeof(PendingConnection))]
internal sealed partial class ParkedJson : JsonSerializerContext;
