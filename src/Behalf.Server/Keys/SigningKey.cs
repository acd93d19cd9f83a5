using System.Security.Cryptography;

namespace Behalf.Keys;

/// <summary>An ECDSA key on P-256 with SHA-256, for what others must be able to verify with the public half alone.
/// Kept nowhere by this class: the private half leaves as PKCS #8, to be wrapped by the <see cref="IKeyProvider"/>.</summary>
internal sealed class SigningKey : IDisposable
{
    public const int SignatureLength = 64;
    private const DSASignatureFormat Format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation;

    private readonly ECDsa _key;
    private readonly Lock _turn = new();

    private SigningKey(ECDsa key)
    {
        _key = key;
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Id = IdOf(PublicKey);
    }

    /// <summary>The SubjectPublicKeyInfo (RFC 5280 §4.1), DER.</summary>
    public byte[] PublicKey { get; }

    public string PublicPem => PemEncoding.WriteString("PUBLIC KEY", PublicKey);

    /// <summary>Names the key by its public half, so that two keys never share a name.</summary>
    public string Id { get; }

    public static SigningKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <exception cref="CryptographicException">It is no private key on P-256.</exception>
    public static SigningKey Import(SecretBuffer pkcs8)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(pkcs8.Span, out _);
            RequireP256(key);
            return new SigningKey(key);
        }
        catch (CryptographicException)
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>The private half, to be wrapped at once.</summary>
    public SecretBuffer ExportPrivate()
    {
        var pkcs8 = _key.ExportPkcs8PrivateKey();
        var buffer = SecretBuffer.CopyOf(pkcs8);
        CryptographicOperations.ZeroMemory(pkcs8);
        return buffer;
    }

    /// <summary>r ‖ s, 64 bytes, as JWS ES256 has it too (RFC 7518 §3.4).</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (_turn)
        {
            return _key.SignData(data, HashAlgorithmName.SHA256, Format);
        }
    }

    /// <summary>False as well for a public key that is none: to a verifier both are no proof.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            RequireP256(key);
        }
        catch (CryptographicException)
        {
            return false;
        }

        return key.VerifyData(data, signature, HashAlgorithmName.SHA256, Format);
    }

    /// <summary>The first 128 bits of the public key's SHA-256, in hexadecimal digits.</summary>
    public static string IdOf(ReadOnlySpan<byte> publicKey) =>
        Convert.ToHexStringLower(SHA256.HashData(publicKey).AsSpan(0, 16));

    public void Dispose() => _key.Dispose();

    private static void RequireP256(ECDsa key)
    {
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        if (!curve.IsNamed || curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value)
        {
            throw new CryptographicException("The key is not on P-256.");
        }
    }
}
