using Behalf.Audit.Sealing;
using Behalf.Wire;

namespace Behalf.Audit;

internal sealed record PublicKeyAnswer
{
    public required string Kid { get; init; }

    /// <summary>ECDSA on P-256 with SHA-256 (RFC 7518 §3.4).</summary>
    public string Algorithm { get; init; } = "ES256";

    public required string Pem { get; init; }

    public required string CreatedAt { get; init; }

    public required string? RetiredAt { get; init; }
}

internal sealed record PublicKeysAnswer
{
    public required IReadOnlyList<PublicKeyAnswer> Items { get; init; }
}

/// <summary>The keys that checkpoints verify with: fetched once and kept elsewhere, they make an export provable without this
/// server.</summary>
internal static class ShowPublicKeys
{
    public static async Task<PublicKeysAnswer> HandleAsync(CheckpointKeys keys, CancellationToken ct) => new()
    {
        Items =
        [
            .. from key in await keys.TrustedAsync(ct)
               select new PublicKeyAnswer
               {
                   Kid = key.Kid,
                   Pem = key.Pem,
                   CreatedAt = WireText.Time(key.CreatedAt!.Value),
                   RetiredAt = key.RetiredAt is { } retired ? WireText.Time(retired) : null,
               },
        ],
    };
}
