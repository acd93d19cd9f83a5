using System.Buffers;

namespace Behalf.Broker.Scrub;

/// <summary>Where in a text secrets were found.</summary>
internal sealed class Finds(ReadOnlyMemory<byte> text)
{
    /// <summary>A text that was cut off may end with the beginning of a secret; fewer bytes than this of it tell nothing
    /// and happen by chance.</summary>
    public const int ShortestBeginning = 4;

    private List<(int Start, int End)>? _ranges;

    public bool Any => _ranges is not null;

    /// <summary>Adds the find with what else of the secret is around it.</summary>
    public void Add(Needle needle, int start, int end)
    {
        _ranges ??= [];
        if (needle.IsValue)
        {
            _ranges.Add((start + 1, end - 1));
            return;
        }

        _ranges.Add((start - LettersBefore(start, needle.LeadIn), end + LettersBehind(end, needle.TrailOut)));
    }

    /// <summary>The text with a word in place of each find, and how many there were; those that touch count as one.</summary>
    public (ReadOnlyMemory<byte> Text, int Count) Replace(ReadOnlySpan<byte> word)
    {
        var ranges = _ranges ?? [];
        ranges.Sort();
        var bytes = text.Span;
        var written = new ArrayBufferWriter<byte>(bytes.Length + word.Length);
        var (count, kept) = (0, -1);
        foreach (var (start, end) in ranges)
        {
            if (start > kept)
            {
                written.Write(bytes[Math.Max(kept, 0)..start]);
                written.Write(word);
                count++;
            }

            kept = Math.Max(kept, end);
        }

        written.Write(bytes[Math.Max(kept, 0)..]);
        return (written.WrittenMemory, count);
    }

    /// <summary>None if an escape may end there: its last letter is not one of the document's.</summary>
    private int LettersBefore(int at, int most)
    {
        var before = text.Span[..at];
        var near = before[Math.Max(0, before.Length - EscapedSearch.LongestEscape)..];
        if (near.ContainsAny(EscapedSearch.Signs))
        {
            return 0;
        }

        near = near[Math.Max(0, near.Length - most)..];
        return near.Length - 1 - near.LastIndexOfAnyExcept(Needle.Base64Letters);
    }

    private int LettersBehind(int at, int most)
    {
        if (most == 0)
        {
            return 0;
        }

        var behind = text.Span[at..];
        behind = behind[..Math.Min(4, behind.Length)];
        var letters = behind.IndexOfAnyExcept(Needle.Base64Letters) is >= 0 and var end ? end : behind.Length;

        // With the padding that completes the group (RFC 4648 §4).
        return letters > most && behind[most..letters].ContainsAnyExcept((byte)'=') ? most : letters;
    }
}
