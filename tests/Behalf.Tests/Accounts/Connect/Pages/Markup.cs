using System.Text.RegularExpressions;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>The bones of a page: its tags and the names of their attributes, without any text or value.</summary>
internal static partial class Markup
{
    public static string BonesOf(string html) => string.Join('\n', Tag().Matches(html).Select(tag =>
        tag.Groups["name"].Value + string.Concat(Attribute().Matches(tag.Groups["rest"].Value).Select(a => " " + a.Groups["name"].Value))));

    /// <summary>The values of an attribute, wherever it stands.</summary>
    public static IEnumerable<string> ValuesOf(string html, string attribute) =>
        from tag in Tag().Matches(html)
        from match in Attribute().Matches(tag.Groups["rest"].Value)
        where match.Groups["name"].Value == attribute
        select System.Net.WebUtility.HtmlDecode(match.Groups["value"].Value);

    [GeneratedRegex("""<(?<name>[/!]?[a-zA-Z][^\s/>]*)(?<rest>(?:"[^"]*"|'[^']*'|[^'">])*)>""")]
    private static partial Regex Tag();

    [GeneratedRegex("""(?<name>[^\s"'<>/=]+)(?:\s*=\s*(?:"(?<value>[^"]*)"|'(?<value>[^']*)'|(?<value>[^\s"'=<>`]+)))?""")]
    private static partial Regex Attribute();
}
