using System.Security.Cryptography;

namespace Behalf.Keys;

/// <summary>Why a box did not open.</summary>
internal enum BoxFault
{
    None,

    /// <summary>It is no box of the expected kind, or names another key.</summary>
    Shape,

    /// <summary>It was sealed under another key.</summary>
    Key,

    /// <summary>Its content, or what it was sealed with, is not what it was.</summary>
    Content,
}

/// <summary>A 256-bit key at work: the one way this server encrypts. Seals into boxes:
/// <code>
/// header (see BoxHeader)   commit   nonce   ciphertext    tag
/// 6 to 10                  16       12      |plaintext|   16
/// </code>
/// AES-256-GCM under a key derived from this one; the associated data is everything before the ciphertext, followed by the
/// context. <c>commit</c> is derived from this key too: GCM alone lets one ciphertext be made that opens under two keys.
/// The format is frozen by golden vectors; see docs/decisions/0002-credential-format.md.</summary>
internal sealed class SealingKey : IDisposable
{
    public const int KeyLength = 32;
    private const int CommitLength = 16;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>Longer associated data is not written on the stack.</summary>
    private const int UsualAssociatedData = 512;

    // Not for two threads at a time; making another costs more than the box.
    private readonly AesGcm _aes;
    private readonly Lock _turn = new();
    private readonly byte[] _commit = new byte[CommitLength];

    /// <summary>Keeps what is derived from the key, not the key: the caller zeroes that.</summary>
    public SealingKey(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        Span<byte> extracted = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> expanded = stackalloc byte[SHA256.HashSizeInBytes];

        // RFC 5869 §2.2 without a salt (an empty HMAC key is a block of zeros, as a salt of zeros is), and §2.3 for one block.
        // The platform's HKDF sets up a hash object for each step, which costs several times the hashes; a credential is
        // opened under a key of its own in every call.
        HMACSHA256.HashData([], key, extracted);
        HMACSHA256.HashData(extracted, "behalf/enc/v1\u0001"u8, expanded);
        _aes = new AesGcm(expanded, TagLength);
        HMACSHA256.HashData(extracted, "behalf/commit/v1\u0001"u8, expanded);
        expanded[..CommitLength].CopyTo(_commit);
        CryptographicOperations.ZeroMemory(extracted);
        CryptographicOperations.ZeroMemory(expanded);
    }

    public byte[] Seal(ReadOnlySpan<byte> header, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext)
    {
        // NIST SP 800-38D §8.2.2: 96 random bits, safe for 2^32 boxes of one key.
        Span<byte> nonce = stackalloc byte[NonceLength];
        RandomNumberGenerator.Fill(nonce);
        return Seal(header, context, plaintext, nonce);
    }

    /// <summary>Opens a box that begins with <paramref name="header"/>: the caller has read from the box which key it
    /// names and has brought that key, and no other is tried.</summary>
    public BoxFault Open(
        ReadOnlySpan<byte> box, ReadOnlySpan<byte> header, ReadOnlySpan<byte> context, out SecretBuffer? plaintext)
    {
        plaintext = null;
        var body = header.Length + CommitLength + NonceLength;
        if (box.Length < body + TagLength || !box.StartsWith(header))
        {
            return BoxFault.Shape;
        }

        if (!CryptographicOperations.FixedTimeEquals(box.Slice(header.Length, CommitLength), _commit))
        {
            return BoxFault.Key;
        }

        Span<byte> associated = body + context.Length <= UsualAssociatedData
            ? stackalloc byte[body + context.Length]
            : new byte[body + context.Length];
        box[..body].CopyTo(associated);
        context.CopyTo(associated[body..]);
        var opened = new SecretBuffer(box.Length - body - TagLength);
        try
        {
            lock (_turn)
            {
                _aes.Decrypt(box.Slice(body - NonceLength, NonceLength), box[body..^TagLength], box[^TagLength..], opened.Span, associated);
            }
        }
        catch (AuthenticationTagMismatchException)
        {
            opened.Dispose();
            return BoxFault.Content;
        }

        plaintext = opened;
        return BoxFault.None;
    }

    public void Dispose() => _aes.Dispose();

    /// <summary>Private, so that a nonce can be chosen by nothing but the tests that freeze the format.</summary>
    private byte[] Seal(
        ReadOnlySpan<byte> header, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> nonce)
    {
        var body = header.Length + CommitLength + NonceLength;
        var box = new byte[body + plaintext.Length + TagLength];
        header.CopyTo(box);
        _commit.CopyTo(box, header.Length);
        nonce.CopyTo(box.AsSpan(body - NonceLength));

        lock (_turn)
        {
            _aes.Encrypt(
                nonce,
                plaintext,
                box.AsSpan(body, plaintext.Length),
                box.AsSpan(body + plaintext.Length),
                [.. box.AsSpan(0, body), .. context]);
        }

        return box;
    }
}
