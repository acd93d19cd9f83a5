using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Behalf.Catalog.JsonSchema;

/// <summary>A regular expression of a schema, ready to be asked. Linear in the text, whoever wrote it; only what no
/// automaton can do goes to the engine that tries, and that one is timed.</summary>
internal sealed class TextPattern
{
    private const int LongestShown = 120;

    private static readonly SearchValues<char> Surrogates =
        SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(unit => (char)unit)]);

    /// <summary>A pattern that needs longer is a mistake or an attack.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(200);

    /// <summary>An automaton that tells more kinds of surrogate pairs apart takes seconds to build:
    /// \p{Letter} has hundreds.</summary>
    private const int MostPairs = 24;

    private readonly string _source;
    private readonly Lazy<Regex> _forPlainText;
    private readonly Lazy<Regex> _forAllText;

    /// <summary>What is built is built at the first use: an automaton weighs a hundred times its pattern, and of
    /// thousands of schemas few are ever asked.</summary>
    private TextPattern(string source)
    {
        _source = source;
        _forPlainText = new(() => Build(source, withPairs: false));
        _forAllText = new(() => Build(source, withPairs: true));
    }

    public static bool TryCompile(string source, [NotNullWhen(true)] out TextPattern? compiled, out string? error)
    {
        var isPattern = EcmaPattern.TryTranslate(source, withPairs: false, out _, out error);
        compiled = isPattern ? new TextPattern(source) : null;
        return isPattern;
    }

    public bool IsMatch(ReadOnlySpan<char> text, ref Evaluation run)
    {
        try
        {
            return run.Spend() && (text.ContainsAny(Surrogates) ? _forAllText : _forPlainText).Value.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            run.GiveUp($"takes too long to compare with the pattern {this}");
            return false;
        }
        catch (IndexOutOfRangeException)
        {
            // dotnet/runtime#114626: the engine that tries loses its count in some lazy loops over nothing.
            run.GiveUp($"cannot be compared with the pattern {this}");
            return false;
        }
    }

    public override string ToString() => Display.Cut(_source, LongestShown);

    private static Regex Build(string source, bool withPairs)
    {
        EcmaPattern.TryTranslate(source, withPairs, out var pattern, out _);
        if (pattern.NeedsBacktracking || pattern.Pairs > MostPairs)
        {
            return Backtracking(pattern);
        }

        try
        {
            return new Regex(pattern.Translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            // Counted repetitions can make an automaton that is too large to keep.
            return Backtracking(pattern);
        }
    }

    private static Regex Backtracking(EcmaPattern pattern) =>
        new(pattern.Translated, RegexOptions.CultureInvariant, Longest);
}
