using System.Text.Json;
using Behalf.Catalog.JsonSchema;

namespace Behalf.Tests.Catalog.JsonSchema;

/// <summary>Regular expressions mean what ECMA-262 says, on an engine that means something else.</summary>
public sealed class PatternTests
{
    [Theory]
    [InlineData("^abc$", "abc", "abc\n|xabc")]
    [InlineData("^.$", "a|é|🐲", "\n|\r|\u2028|ab|")]
    [InlineData("^\\d$", "7", "٣|a")]
    [InlineData("^\\w$", "a|_|7", "é|-")]
    [InlineData("^\\W$", "é|-|🐲", "a")]
    [InlineData("^\\s$", "\u00a0|\ufeff|\u2003|\n", "\u0085|a")]
    [InlineData("^\\S$", "\u0085|🐲", "\ufeff")]
    [InlineData("\\bé", "aé", "é|-é")]
    [InlineData("a\\B", "ab", "a|a-")]
    [InlineData("^[^a]$", "b|🐲", "a|🐲🐲")]
    [InlineData("^🐲{2}$", "🐲🐲", "🐲")]
    [InlineData("^[🐰-🐶]$", "🐰|🐲|🐶", "🐯|🐷|🐰🐲")]
    [InlineData("^[\\u{fffe}-\\u{10001}]$", "\ufffe|\uffff|\U00010000|\U00010001", "\U00010002|\ufffd")]
    [InlineData("^[\\u{1F3FE}-\\u{1FC01}]$", "\U0001F3FE|\U0001F3FF|\U0001F400|\U0001FBFF|\U0001FC01", "\U0001F3FD|\U0001FC02")]
    [InlineData("^[\\u{10000}-\\u{103FF}]$", "\U00010000|\U000103FF", "\U00010400|\uffff")]
    [InlineData("^\\p{Letter}+$", "école|𐐀|中", "a1|🐲")]
    [InlineData("^\\P{L}$", "1|🐲", "a|𐐀")]
    [InlineData("^[\\p{Lu}\\p{Nd}]$", "A|٣", "a")]
    [InlineData("^\\cA\\x41\\u0041\\u{41}\\0$", "\u0001AAA\0", "AAAA")]
    [InlineData("^\\ud83d\\udc32$", "🐲", "🐱")]
    [InlineData("^(a|b)\\1$", "aa|bb", "ab|a")]
    [InlineData("^(?:(a)|b)\\1$", "aa|b", "ba")]
    [InlineData("^\\k<x>(?<x>a)$", "a", "aa")]
    [InlineData("^(?<a>x)(y)\\2\\1$", "xyyx", "xyxy")]
    [InlineData("^(?=.*\\d).{3}$", "ab1", "abc")]
    [InlineData("(?<!a)b", "b|cb", "ab")]
    [InlineData("^a{2,3}?$", "aa|aaa", "a|aaaa")]
    [InlineData("^(?:a|[])$", "a", "b|")]
    [InlineData("^[^]$", "a|\n", "ab")]
    [InlineData("^[\\w-.]+\\-\\_\\@$", "a.b-_@", "a b-_@")]
    [InlineData("^{a}]$", "{a}]", "a")]
    [InlineData("^[\\b]$", "\b", "b")]
    [InlineData("x(?!(?:(?!\\w)\\.*?)+?e?)", "xa", "x-|x")]
    public void A_pattern_matches_what_it_matches_in_ECMAScript(string pattern, string fitting, string failing)
    {
        Assert.All(fitting.Split('|'), text => Assert.True(Matches(pattern, text), text));
        Assert.All(failing.Split('|'), text => Assert.False(Matches(pattern, text), text));
    }

    [Fact]
    public void Where_the_engine_itself_fails_the_value_is_refused_and_nothing_is_thrown() =>
        Assert.False(Matches("x(?!(?:(?!\\w)\\.*?)+?e?)(y)?\\1", "x-"));

    [Theory]
    [InlineData("(", "a ( is not closed")]
    [InlineData(")", "a ) closes nothing")]
    [InlineData("[a", "a [ is not closed")]
    [InlineData("a**", "there is nothing to repeat")]
    [InlineData("*", "there is nothing to repeat")]
    [InlineData("a{3,2}", "a repetition has more at least than at most")]
    [InlineData("[b-a]", "a range in [] goes backwards")]
    [InlineData("\\1", "a back reference leads to no group")]
    [InlineData("\\k<x>", "a back reference leads to no group")]
    [InlineData("(?<a>)(?<a>)", "\"a\" cannot name a group here")]
    [InlineData("(?i)a", "(? opens no group that is known")]
    [InlineData("(?>a)", "(? opens no group that is known")]
    [InlineData("\\Z", "\\Z is no escape in ECMA-262")]
    [InlineData("\\u{110000}", "\\u{…} names no code point")]
    [InlineData("\\p{Script=Greek}", "\\p{Script=Greek} is not supported here; general categories such as \\p{Letter} are")]
    [InlineData("\\", "it ends too early")]
    public void What_is_no_pattern_is_said_to_be_none_and_why(string pattern, string error)
    {
        Assert.False(TextPattern.TryCompile(pattern, out _, out var actual));
        Assert.Equal(error, actual);
    }

    private static bool Matches(string pattern, string text)
    {
        var schema = CompiledSchema.Compile(JsonSerializer.SerializeToElement(new { pattern }), SchemaDraft.Draft202012);
        return schema.IsValid(JsonSerializer.SerializeToElement(text));
    }
}
