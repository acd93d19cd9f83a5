using System.Security.Cryptography;
using System.Text;
using Behalf.Storage;

namespace Behalf.Projects.ApiKeys;

/// <summary><c>ak_KEYID_SECRETcrc</c>: 12 digits that find the row, 32 that prove (190 bits), 6 of CRC-32 over all before
/// them, so that a mistyped key is refused without a look-up and a leaked one is recognised by a scanner.</summary>
internal sealed record KeyText
{
    private const int KeyIdLength = 12;
    private const int SecretLength = 32;
    private const int ChecksumLength = 6;

    private KeyText(KeyKinds kind, string text)
    {
        Kind = kind;
        Text = new Secret(text);
        Hint = text[..(text.IndexOf('_') + 1 + KeyIdLength)];
    }

    public KeyKinds Kind { get; }

    /// <summary>The public part: prefix and key id.</summary>
    public string Hint { get; }

    public Secret Text { get; }

    public byte[] LocatorHash => Locator.Hash(LocatorKind.ApiKey, Hint);

    /// <summary>SHA-256 without a salt is right for a secret of more than 112 random bits (ASVS 6.5.2).</summary>
    public byte[] SecretHash => SHA256.HashData(Encoding.UTF8.GetBytes(Text.Reveal()));

    public static KeyText New(KeyKinds kind)
    {
        var body = $"{Prefix(kind)}_{Base62.Random(KeyIdLength)}_{Base62.Random(SecretLength)}";
        return new KeyText(kind, body + Checksum(body));
    }

    public static KeyText? Parse(string text)
    {
        foreach (var kind in (ReadOnlySpan<KeyKinds>)[KeyKinds.Project, KeyKinds.User, KeyKinds.Admin])
        {
            var start = Prefix(kind).Length + 1;
            if (text.Length == start + KeyIdLength + 1 + SecretLength + ChecksumLength
                && text.StartsWith(Prefix(kind) + "_", StringComparison.Ordinal) && text[start + KeyIdLength] == '_'
                && text.AsSpan(^ChecksumLength..).SequenceEqual(Checksum(text[..^ChecksumLength])))
            {
                return new KeyText(kind, text);
            }
        }

        return null;
    }

    private static string Prefix(KeyKinds kind) => kind switch
    {
        KeyKinds.Project => "ak",
        KeyKinds.User => "uk",
        KeyKinds.Admin => "oak",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static string Checksum(string body) => Base62.Encode(Crc32(Encoding.UTF8.GetBytes(body)), ChecksumLength);

    // ISO 3309, bit by bit: 54 bytes a request are not worth a table, and the package that has it does not restore.
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }
}
