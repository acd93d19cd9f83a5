using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Behalf.Catalog.JsonSchema;

/// <summary>A regular expression of a schema, ready to be asked. Linear in the text, whoever wrote it; only what no automaton
/// can do goes to the engine that tries, and that one is timed.</summary>
internal sealed class TextPattern
{
    private const int LongestShown = 120;

    /// <summary>For patterns with lookarounds or back references. A pattern that needs longer is a mistake or an attack.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(200);

    private readonly string _source;
    private readonly Regex _regex;

    private TextPattern(string source, Regex regex) => (_source, _regex) = (source, regex);

    public static bool TryCompile(string source, [NotNullWhen(true)] out TextPattern? compiled, out string? error)
    {
        compiled = EcmaPattern.TryTranslate(source, out var pattern, out error)
            ? new TextPattern(source, pattern.NeedsBacktracking ? Backtracking(pattern.Translated) : Linear(pattern.Translated))
            : null;
        return compiled is not null;
    }

    public bool IsMatch(ReadOnlySpan<char> text, ref Evaluation run)
    {
        try
        {
            return _regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            run.GiveUp($"takes too long to compare with the pattern {this}");
            return false;
        }
    }

    public override string ToString() => Display.Cut(_source, LongestShown);

    private static Regex Linear(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            // Counted repetitions can make an automaton that is too large to keep.
            return Backtracking(pattern);
        }
    }

    private static Regex Backtracking(string pattern) => new(pattern, RegexOptions.CultureInvariant, Longest);
}
