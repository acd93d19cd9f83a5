using System.Security.Cryptography;
using Behalf.Keys;

namespace Behalf.Audit.Sealing;

/// <summary>A key that checkpoints are verified with.</summary>
internal sealed record AuditPublicKey
{
    public required string Kid { get; init; }

    /// <summary>The SubjectPublicKeyInfo, DER.</summary>
    public required byte[] PublicKey { get; init; }

    public long? CreatedAt { get; init; }

    public long? RetiredAt { get; init; }

    public string Pem => PemEncoding.WriteString("PUBLIC KEY", PublicKey);

    /// <exception cref="FormatException">It is no PEM text with a public key.</exception>
    public static AuditPublicKey FromPem(string pem)
    {
        if (!PemEncoding.TryFind(pem, out var found) || pem[found.Label] != "PUBLIC KEY")
        {
            throw new FormatException("This is not a public key in PEM form (-----BEGIN PUBLIC KEY-----).");
        }

        var bytes = Convert.FromBase64String(pem[found.Base64Data]);
        return new AuditPublicKey { Kid = SigningKey.IdOf(bytes), PublicKey = bytes };
    }

    public static IReadOnlyDictionary<string, byte[]> ById(IEnumerable<AuditPublicKey> keys) =>
        keys.DistinctBy(key => key.Kid).ToDictionary(key => key.Kid, key => key.PublicKey, StringComparer.Ordinal);
}
