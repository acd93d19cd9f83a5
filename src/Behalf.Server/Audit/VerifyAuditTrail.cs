using System.Data;
using Behalf.Audit.Chain;
using Behalf.Audit.Sealing;
using Behalf.Storage;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Audit;

/// <summary>Reads a project's whole chain and says the first thing that is wrong with it.</summary>
internal sealed class VerifyAuditTrail(IDatabase database, CheckpointKeys keys)
{
    public static async Task<TrailVerification> HandleAsync(
        CallerParameter caller,
        [FromQuery(Name = "known_seq")] long? knownSeq,
        [FromQuery(Name = "known_hash")] string? knownHash,
        VerifyAuditTrail verify,
        CancellationToken ct) =>
        await verify.RunAsync(caller.Caller.Project, Head(knownSeq, knownHash), ct);

    /// <param name="known">A head that was noted earlier: finds a chain that was cut behind its last checkpoint.</param>
    public async Task<TrailVerification> RunAsync(Id<IdKinds.Project> project, KnownHead? known, CancellationToken ct)
    {
        var trusted = AuditPublicKey.ById(await keys.TrustedAsync(ct));
        var reader = new TrailReader(database, project);
        var bounds = await reader.BoundsAsync(ct);
        var chain = new ChainVerifier(project, trusted) { Known = known };
        try
        {
            await foreach (var item in reader.ReadAsync(behind: 0, bounds.Last, ct))
            {
                if (item.Event is { } row)
                {
                    chain.Add(row);
                }
                else
                {
                    chain.Add(item.Checkpoint!);
                }
            }
        }
        catch (DataException)
        {
            chain.AddUnreadable("the row holds what this server never writes");
        }

        return chain.Finish() with { Unsealed = bounds.Unsealed };
    }

    private static KnownHead? Head(long? seq, string? hash)
    {
        if (seq is null && hash is null)
        {
            return null;
        }

        return seq > 0 && hash?.Length == 2 * EventChain.HashLength && hash.All(char.IsAsciiHexDigit)
            ? new KnownHead(seq.Value, Convert.FromHexString(hash))
            : throw new Problem(Refusal.InvalidRequest, "known_seq and known_hash go together: verified_seq and verified_hash of an earlier answer.");
    }
}
