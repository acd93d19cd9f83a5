using System.Security.Cryptography;
using Behalf.Keys;

namespace Behalf.Tests.Keys;

/// <summary>Boxes are made with a derivation of our own; the platform's HKDF, which <see cref="PlatformCryptographyTests"/> holds
/// against RFC 5869, says the same.</summary>
public sealed class DerivationTests
{
    [Fact]
    public void A_box_names_and_opens_under_the_keys_that_HKDF_derives()
    {
        byte[] header = [1, 2, 3], context = [4, 5], plaintext = [6, 7, 8, 9];
        for (var i = 0; i < 50; i++)
        {
            var key = RandomNumberGenerator.GetBytes(SealingKey.KeyLength);
            using var sealing = new SealingKey(key);
            var box = sealing.Seal(header, context, plaintext);
            Assert.Equal(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 16, [], "behalf/commit/v1"u8.ToArray()), box[3..19]);

            using var aes = new AesGcm(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, [], "behalf/enc/v1"u8.ToArray()), 16);
            var opened = new byte[plaintext.Length];
            aes.Decrypt(box.AsSpan(19, 12), box.AsSpan(31..^16), box.AsSpan(^16..), opened, [.. box[..31], .. context]);
            Assert.Equal(plaintext, opened);
        }
    }
}
