using System.Security.Cryptography;
using System.Text;
using Behalf.Keys;

namespace Behalf.Tests.Keys;

public sealed class SigningKeyTests
{
    private static readonly byte[] Checkpoint = "seq 1000, hash 4f…"u8.ToArray();

    [Fact]
    public void The_public_half_is_enough_to_verify()
    {
        using var key = SigningKey.Create();
        var signature = key.Sign(Checkpoint);
        Assert.Equal(SigningKey.SignatureLength, signature.Length);
        Assert.True(SigningKey.Verify(key.PublicKey, Checkpoint, signature));
    }

    [Fact]
    public void Any_other_data_signature_or_key_does_not_verify()
    {
        using var key = SigningKey.Create();
        using var other = SigningKey.Create();
        var signature = key.Sign(Checkpoint);
        Assert.False(SigningKey.Verify(other.PublicKey, Checkpoint, signature));
        Assert.False(SigningKey.Verify(key.PublicKey, [.. Checkpoint, 0], signature));
        for (var bit = 0; bit < signature.Length * 8; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(SigningKey.Verify(key.PublicKey, Checkpoint, signature));
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.False(SigningKey.Verify(key.PublicKey, Checkpoint, []));
        Assert.False(SigningKey.Verify("no key"u8, Checkpoint, signature));
    }

    [Fact]
    public void A_key_goes_through_its_wrapping_and_stays_itself()
    {
        using var key = SigningKey.Create();
        using var pkcs8 = key.ExportPrivate();
        using var back = SigningKey.Import(pkcs8);
        Assert.Equal(key.Id, back.Id);
        Assert.Equal(key.PublicKey, back.PublicKey);
        Assert.True(SigningKey.Verify(key.PublicKey, Checkpoint, back.Sign(Checkpoint)));
    }

    [Fact]
    public void The_public_half_is_ordinary_PEM()
    {
        using var key = SigningKey.Create();
        using var reader = ECDsa.Create();
        reader.ImportFromPem(key.PublicPem);
        Assert.True(reader.VerifyData(Checkpoint, key.Sign(Checkpoint), HashAlgorithmName.SHA256));
        Assert.DoesNotContain("PRIVATE", key.PublicPem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_on_another_curve_is_refused()
    {
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var pkcs8 = SecretBuffer.CopyOf(foreign.ExportPkcs8PrivateKey());
        Assert.Throws<CryptographicException>(() => SigningKey.Import(pkcs8));
        var signature = foreign.SignData(Checkpoint, HashAlgorithmName.SHA256);
        Assert.False(SigningKey.Verify(foreign.ExportSubjectPublicKeyInfo(), Checkpoint, signature));
    }

    [Fact]
    public void Something_else_than_a_key_is_refused()
    {
        using var text = SecretBuffer.CopyOf(Encoding.UTF8.GetBytes("no key"));
        Assert.Throws<CryptographicException>(() => SigningKey.Import(text));
    }
}
