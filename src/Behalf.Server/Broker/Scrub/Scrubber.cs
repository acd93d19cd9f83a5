using System.Text;

namespace Behalf.Broker.Scrub;

/// <summary>A body after scrubbing: the same memory if nothing was found.</summary>
internal readonly record struct ScrubbedBody(ReadOnlyMemory<byte> Bytes, int Finds);

/// <summary>A text after scrubbing: the same string if nothing was found.</summary>
internal readonly record struct ScrubbedText(string Text, int Finds);

/// <summary>Takes the secrets of one call out of what came back: providers echo headers, quote tokens in error pages and
/// return their own settings, and the reader of the answer is a model.</summary>
/// <remarks>
/// Found are: the secret itself; in JSON, URL and HTML escapes of any subset of its characters, two deep; in hexadecimal
/// of either case; in Base64 of both alphabets, at any offset, broken into lines or not; and Base64 of its JSON form.
/// Secrets of four to seven bytes only as a whole JSON string or a whole text, shorter ones not at all.
/// Not found is what somebody hides on purpose (reversed, encrypted, in pieces), or what lies in a compressed file or in
/// another charset than UTF-8: such bodies are not for a model's eyes anyway.
/// It works on whole bodies, which are capped where they are read; there is no window that a secret could straddle.
/// </remarks>
internal sealed class Scrubber(IEnumerable<Secret> secrets)
{
    private readonly Needles _needles = new(secrets);

    private static ReadOnlySpan<byte> Word => "[redacted]"u8;

    /// <param name="body">Decoded: compression undone.</param>
    /// <param name="truncated">Whether it was cut off, so that a secret's beginning may stand at its end.</param>
    public ScrubbedBody Scrub(ReadOnlyMemory<byte> body, bool truncated)
    {
        if (_needles.AreValue(body.Span))
        {
            return new(Word.ToArray(), 1);
        }

        var finds = new Finds(body);
        FindPlain(body.Span, truncated, finds);
        if (!new EscapedSearch(body.Span, _needles, truncated).TryFindAll(finds))
        {
            return new(Word.ToArray(), 1);
        }

        if (!finds.Any)
        {
            return new(body, 0);
        }

        var (scrubbed, count) = finds.Replace(Word);
        return new(scrubbed, count);
    }

    public ScrubbedText Scrub(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) < _needles.Shortest)
        {
            return new(text, 0);
        }

        var scrubbed = Scrub(Encoding.UTF8.GetBytes(text), truncated: false);
        return scrubbed.Finds == 0 ? new(text, 0) : new(Encoding.UTF8.GetString(scrubbed.Bytes.Span), scrubbed.Finds);
    }

    private void FindPlain(ReadOnlySpan<byte> body, bool truncated, Finds finds)
    {
        foreach (var needle in _needles.Forms)
        {
            ReadOnlySpan<byte> bytes = needle.Bytes;
            var at = 0;
            while (body[at..].IndexOf(bytes) is >= 0 and var step)
            {
                finds.Add(needle, at + step, at + step + bytes.Length);
                at += step + bytes.Length;
            }

            if (truncated && !needle.IsValue && BeginningAtEnd(body[at..], bytes) is > 0 and var length)
            {
                finds.Add(needle, body.Length - length, body.Length);
            }
        }
    }

    /// <summary>How many bytes at the end of the text are the beginning of the needle; 0 if too few to tell.</summary>
    private static int BeginningAtEnd(ReadOnlySpan<byte> text, ReadOnlySpan<byte> needle)
    {
        for (var length = Math.Min(needle.Length - 1, text.Length); length >= Finds.ShortestBeginning; length--)
        {
            if (text.EndsWith(needle[..length]))
            {
                return length;
            }
        }

        return 0;
    }
}
