using System.Security.Cryptography;

namespace Behalf.Tests.Keys.Services;

/// <summary>What the fakes encrypt with.</summary>
internal static class FakeBox
{
    public static byte[] Seal(byte[] key, byte[] plaintext, byte[] associated)
    {
        var box = new byte[12 + plaintext.Length + 16];
        RandomNumberGenerator.Fill(box.AsSpan(0, 12));
        using var aes = new AesGcm(key, 16);
        aes.Encrypt(box.AsSpan(0, 12), plaintext, box.AsSpan(12, plaintext.Length), box.AsSpan(12 + plaintext.Length), associated);
        return box;
    }

    public static byte[]? Open(byte[] key, byte[] box, byte[] associated)
    {
        if (box.Length < 28)
        {
            return null;
        }

        var plaintext = new byte[box.Length - 28];
        try
        {
            using var aes = new AesGcm(key, 16);
            aes.Decrypt(box.AsSpan(0, 12), box.AsSpan(12, plaintext.Length), box.AsSpan(12 + plaintext.Length), plaintext, associated);
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
