using System.Text.Json;
using System.Text.RegularExpressions;

namespace Behalf.Catalog;

/// <summary>The language of a definition's templates: where an argument goes, and what can be computed.</summary>
internal static partial class Placeholders
{
    /// <summary>Everything a template can compute. The list is closed: a definition is data, not a program.</summary>
    public static IReadOnlyList<string> Functions { get; } =
        ["$base64url", "$first", "$if", "$join", "$list", "$rfc3339", "$rfc5322", "$unix"];

    /// <summary>The parameter's name, if the text is wholly a place for one.</summary>
    public static string? Name(string text) =>
        text is ['{', .. var name, '}'] && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.') ? name : null;

    /// <summary>Parameters that a path names, as one segment or as several.</summary>
    public static IEnumerable<string> InPath(string path) =>
        PathPlace().Matches(path).Select(match => match.Value.Trim('{', '}', '*'));

    /// <summary>Parameters that a template names, once for each place.</summary>
    public static IEnumerable<string> InTemplate(JsonElement template) => template.ValueKind switch
    {
        JsonValueKind.String => Name(template.GetString()!) is { } name ? [name] : [],
        JsonValueKind.Array => template.EnumerateArray().SelectMany(InTemplate),
        JsonValueKind.Object => template.EnumerateObject().SelectMany(member =>
            member.NameEquals("$if")
                ? InTemplate(member.Value).Append(member.Value.GetProperty("has").GetString()!)
                : InTemplate(member.Value)),
        _ => [],
    };

    /// <summary>Functions that a template calls.</summary>
    public static IEnumerable<string> FunctionsIn(JsonElement template) => template.ValueKind switch
    {
        JsonValueKind.Array => template.EnumerateArray().SelectMany(FunctionsIn),
        JsonValueKind.Object => template.EnumerateObject().SelectMany(member =>
            member.Name.StartsWith('$') ? FunctionsIn(member.Value).Append(member.Name) : FunctionsIn(member.Value)),
        _ => [],
    };

    [GeneratedRegex(@"\{[a-zA-Z][a-zA-Z0-9_.]*\*?\}")]
    private static partial Regex PathPlace();
}
