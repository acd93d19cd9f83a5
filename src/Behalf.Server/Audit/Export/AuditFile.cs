using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Behalf.Audit.Chain;
using Behalf.Audit.Sealing;

namespace Behalf.Audit.Export;

/// <summary>An export, away from the server that wrote it.</summary>
internal static class AuditFile
{
    /// <summary>Verifies an export with public keys that were got by another way than the file.</summary>
    /// <param name="known">A head that was noted earlier: finds a chain that was cut behind its last checkpoint.</param>
    /// <exception cref="FormatException">It is no export, or one without a single event.</exception>
    public static async Task<TrailVerification> VerifyAsync(
        Stream export, IEnumerable<AuditPublicKey> trusted, KnownHead? known, CancellationToken ct)
    {
        var keys = AuditPublicKey.ById(trusted);
        ChainVerifier? chain = null;
        using var reader = new StreamReader(export, leaveOpen: true);
        for (var number = 1; await reader.ReadLineAsync(ct) is { } text; number++)
        {
            try
            {
                Add(ref chain, text, keys, known);
            }
            catch (Exception e) when (e is JsonException or FormatException)
            {
                if (chain is null)
                {
                    throw new FormatException($"Line {number} is not one of an exported trail.", e);
                }

                chain.AddUnreadable($"the file's line {number} is not one of a trail");
                break;
            }
        }

        return chain?.Finish() ?? throw new FormatException("The file holds no event and no checkpoint.");
    }

    /// <summary>The keys that the file itself brings. Verifying with them proves that the file is consistent, not whose it is.</summary>
    public static async Task<IReadOnlyList<AuditPublicKey>> ReadKeysAsync(Stream export, CancellationToken ct)
    {
        var keys = new List<AuditPublicKey>();
        using var reader = new StreamReader(export, leaveOpen: true);
        while (await reader.ReadLineAsync(ct) is { } text && TypeOf(text) == LineTypes.PublicKey)
        {
            keys.Add(AuditPublicKey.FromPem(Parse(text, ExportJson.Default.PublicKeyLine).Pem));
        }

        return keys;
    }

    private static void Add(ref ChainVerifier? chain, string text, IReadOnlyDictionary<string, byte[]> keys, KnownHead? known)
    {
        switch (TypeOf(text))
        {
            case LineTypes.PublicKey:
                break;
            case LineTypes.Checkpoint:
                var checkpoint = Parse(text, ExportJson.Default.CheckpointLine);
                (chain ??= Begin(checkpoint.ProjectId, keys, known)).Add(checkpoint.ToCheckpoint());
                break;
            case LineTypes.Event:
                var sealedLine = Parse(text, ExportJson.Default.EventLine);
                (chain ??= Begin(sealedLine.ProjectId, keys, known)).Add(sealedLine.ToRow());
                break;
            case LineTypes.Unsealed:
                (chain ??= Begin(Parse(text, ExportJson.Default.EventLine).ProjectId, keys, known)).AddUnsealed();
                break;
            default:
                throw new FormatException("not a line of a trail");
        }
    }

    private static ChainVerifier Begin(
        Id<IdKinds.Project> project, IReadOnlyDictionary<string, byte[]> keys, KnownHead? known) =>
        new(project, keys) { Known = known, MayStartLater = true };

    private static string? TypeOf(string text) => Parse(text, ExportJson.Default.LineType).Type;

    private static T Parse<T>(string text, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(text, type) ?? throw new FormatException("not a line of a trail");
}
