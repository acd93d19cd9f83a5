using System.Buffers;

namespace Behalf.Broker.Scrub;

/// <summary>Finds needles of which at least one character is escaped, or which are broken into lines. Such a find
/// contains an escape or a line break, so the search goes from one to the next and looks only at those that can belong
/// to a needle.</summary>
internal ref struct EscapedSearch
{
    /// <summary>A pair of \u, itself escaped.</summary>
    public const int LongestEscape = 24;

    /// <summary>What an escape begins with, and what a line ends with.</summary>
    public static readonly SearchValues<byte> Signs = SearchValues.Create("\\%&\r\n"u8);

    /// <summary>Beyond this a text was made to be expensive: honest ones need less than one step for each byte.</summary>
    private const int StepsPerByte = 32;

    private const int FreeSteps = 1_000_000;

    /// <summary>Base64 is broken after 60 characters or more; ordinary words before a line break are shorter than this.</summary>
    private const int ShortestLine = 16;

    private static readonly Escaping[] Escapings = Enum.GetValues<Escaping>();

    /// <summary>One way to escape, in the order of <see cref="Escaping"/>, or two, one after the other: JSON in JSON, a URL in
    /// JSON, JSON in HTML.</summary>
    private static readonly Escaping[][] Layers =
    [
        .. Escapings.Select(only => new[] { only }),
        .. from outer in Escapings
           from inner in Escapings
           select new[] { outer, inner },
    ];

    private readonly ReadOnlySpan<byte> _text;
    private readonly Needles _needles;
    private readonly bool _truncated;
    private readonly List<(Needle Needle, int Before)> _candidates = [];
    private long _steps;

    public EscapedSearch(ReadOnlySpan<byte> text, Needles needles, bool truncated)
    {
        _text = text;
        _needles = needles;
        _truncated = truncated;
        _steps = FreeSteps + ((long)text.Length * StepsPerByte);
    }

    /// <summary>False if the search was given up, so that nobody knows what else is in the text.</summary>
    public bool TryFindAll(Finds finds)
    {
        for (var at = _text.IndexOfAny(Signs); at >= 0;)
        {
            FindAround(at, finds);
            if (_steps < 0)
            {
                return false;
            }

            var skip = _text[(at + 1)..].IndexOfAny(Signs);
            at = skip < 0 ? -1 : at + 1 + skip;
        }

        return true;
    }

    /// <summary>Adds the finds whose first escape or line break is here.</summary>
    private void FindAround(int at, Finds finds)
    {
        if (_text[at] is (byte)'\r' or (byte)'\n')
        {
            FindWith(new EscapedText(_text, []).Read(at), at, finds);
            return;
        }

        var own = Layers[_text[at] switch
        {
            (byte)'\\' => (int)Escaping.Json,
            (byte)'%' => (int)Escaping.Percent,
            _ => (int)Escaping.Html,
        }];
        var first = new EscapedText(_text, own).Read(at);
        if (first.Next > at + 1)
        {
            FindWith(first, at, finds);
            if (first.Length == 1 && Signs.Contains(first.First))
            {
                FindBelow(first, own, at, finds);
            }
        }
        else if (at + 1 < _text.Length && Signs.Contains(_text[at + 1]))
        {
            FindAbove(own, at, finds);
        }
    }

    /// <summary>What is escaped here is the sign of another escape.</summary>
    private void FindBelow(Unit sign, ReadOnlySpan<Escaping> own, int at, Finds finds)
    {
        foreach (var inner in Escapings)
        {
            var first = new EscapedText(_text, [.. own, inner]).Read(at);
            if (first != sign)
            {
                FindWith(first, at, finds);
            }
        }
    }

    /// <summary>The rest of this escape is escaped: HTML makes <c>\&amp;quot;</c> of JSON's <c>\"</c>.</summary>
    private void FindAbove(ReadOnlySpan<Escaping> own, int at, Finds finds)
    {
        foreach (var outer in Escapings)
        {
            var first = new EscapedText(_text, [outer, .. own]).Read(at);
            if (first.Next > at + 1)
            {
                FindWith(first, at, finds);
            }
        }
    }

    /// <summary>Adds the finds whose first escape stands for this character. Before it is what of the needle is not
    /// escaped; which escaping the sender uses shows only in what follows.</summary>
    private void FindWith(Unit first, int at, Finds finds)
    {
        CollectCandidates(first, at);
        foreach (var (needle, before) in _candidates)
        {
            foreach (var layers in Layers)
            {
                var text = new EscapedText(_text, layers);
                if (text.Read(at) == first && EndOfMatch(text, needle, before, at) is { } end)
                {
                    finds.Add(needle, at - before, end);
                }
            }
        }
    }

    private void CollectCandidates(Unit first, int at)
    {
        _candidates.Clear();
        foreach (var (needle, place) in _needles.PlacesOf(first.First))
        {
            AddCandidate(needle, place, at);
        }

        if (!first.IsLineBreak || !IsAfterLine(at))
        {
            return;
        }

        // A line break within Base64 stands for nothing: what counts is the letter before it.
        foreach (var (needle, place) in _needles.PlacesOf(_text[at - 1]))
        {
            if (needle.Wraps)
            {
                AddCandidate(needle, place + 1, at);
            }
        }
    }

    private readonly bool IsAfterLine(int at) =>
        at >= ShortestLine && !_text[(at - ShortestLine)..at].ContainsAnyExcept(Needle.Base64Letters);

    private void AddCandidate(Needle needle, int before, int at)
    {
        _steps--;
        if (before == 0
            || (before <= at
                && needle.Bytes[before - 1] == _text[at - 1]
                && _text[(at - before)..at].SequenceEqual(needle.Bytes.AsSpan(0, before))))
        {
            _candidates.Add((needle, before));
        }
    }

    /// <summary>Where the needle ends if the text goes on as it does; null if it does not.</summary>
    private int? EndOfMatch(EscapedText text, Needle needle, int matched, int at)
    {
        ReadOnlySpan<byte> bytes = needle.Bytes;
        while (matched < bytes.Length)
        {
            _steps--;
            var read = text.Read(at);
            if (read.StartsOff(bytes[matched..]))
            {
                matched += read.Length;
            }
            else if (!needle.Wraps || !read.IsLineBreak)
            {
                return matched >= Finds.ShortestBeginning && IsCutOff(at) ? _text.Length : null;
            }

            at = read.Next;
        }

        return at;
    }

    /// <summary>A text that was cut off may end within a needle, or within an escape in a needle; what is left of that can
    /// look like the needle's own next characters, too.</summary>
    private readonly bool IsCutOff(int at)
    {
        var end = _text[Math.Max(0, _text.Length - LongestEscape)..];
        return _truncated && (at == _text.Length || (_text.Length - at <= end.Length && end.ContainsAny(Signs)));
    }
}
