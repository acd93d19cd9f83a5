using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Behalf.Broker.Scrub;

/// <summary>One form in which a secret may stand in an answer.</summary>
/// <param name="Bytes">What to look for.</param>
/// <param name="LeadIn">How many letters before a find hold bits of the secret, too.</param>
/// <param name="TrailOut">The same for those behind it.</param>
/// <param name="Wraps">Whether the form may be broken into lines.</param>
/// <param name="IsValue">Whether its first and last byte are quotes around the secret.</param>
internal sealed record Needle(byte[] Bytes, int LeadIn = 0, int TrailOut = 0, bool Wraps = false, bool IsValue = false)
{
    /// <summary>Shorter secrets are found in ordinary text by chance, so only where they are a whole value.</summary>
    private const int LongEnough = 8;

    /// <summary>Still shorter ones, such as the letter that some providers want as a password, are no secret.</summary>
    private const int LongEnoughAsValue = 4;

    /// <summary>Both alphabets of RFC 4648 §4 and §5, and the padding.</summary>
    public static SearchValues<byte> Base64Letters { get; } = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="u8);

    public static bool IsShort(ReadOnlySpan<byte> secret) => secret.Length is >= LongEnoughAsValue and < LongEnough;

    /// <summary>Adds the forms of one secret.</summary>
    public static void AddForms(byte[] secret, List<Needle> forms)
    {
        var json = JsonText(secret);
        if (IsShort(secret))
        {
            forms.Add(new([(byte)'"', .. json, (byte)'"'], IsValue: true));
        }

        if (secret.Length < LongEnough)
        {
            return;
        }

        forms.Add(new(secret));
        forms.Add(new(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret))));
        forms.Add(new(Encoding.ASCII.GetBytes(Convert.ToHexString(secret))));
        AddInBase64(secret, forms);
        if (json != secret)
        {
            // A JSON document in Base64 holds the secret as JSON writes it.
            AddInBase64(json, forms);
        }

        if (secret.AsSpan().Contains((byte)' '))
        {
            // As HTML forms write a blank; the other characters are escaped or not, as in any URL.
            forms.Add(new(With(secret, ' ', '+')));
        }
    }

    private static void AddInBase64(ReadOnlySpan<byte> secret, List<Needle> forms)
    {
        for (var offset = 0; offset < 3; offset++)
        {
            AddInBase64(secret, offset, forms);
        }
    }

    /// <summary>The groups of four letters that depend on the secret alone when it begins at this offset within a group of
    /// three bytes. At its ends it may share a group with something that we do not know.</summary>
    private static void AddInBase64(ReadOnlySpan<byte> secret, int offset, List<Needle> forms)
    {
        var inner = secret[(offset == 0 ? 0 : 3 - offset)..];
        var (groups, rest) = Math.DivRem(inner.Length, 3);
        var text = new byte[groups * 4];
        Base64.EncodeToUtf8(inner[..(groups * 3)], text, out _, out _);
        var standard = new Needle(text, offset == 0 ? 0 : 4 - offset, rest == 0 ? 0 : rest + 1, Wraps: true);
        forms.Add(standard);
        if (text.AsSpan().ContainsAny((byte)'+', (byte)'/'))
        {
            forms.Add(standard with { Bytes = With(With(text, '+', '-'), '/', '_') });
        }
    }

    /// <summary>With the escapes that JSON asks for and no others (RFC 8259 §7); the same array if it asks for none.</summary>
    private static byte[] JsonText(byte[] raw) =>
        raw.AsSpan().ContainsAnyInRange((byte)0, (byte)0x1F) || raw.AsSpan().ContainsAny((byte)'"', (byte)'\\')
            ? JsonEncodedText.Encode(raw, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray()
            : raw;

    private static byte[] With(byte[] text, char old, char replacement)
    {
        var copy = text.ToArray();
        copy.AsSpan().Replace((byte)old, (byte)replacement);
        return copy;
    }
}
