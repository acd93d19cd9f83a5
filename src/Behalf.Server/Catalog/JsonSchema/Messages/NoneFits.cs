using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>Says why no alternative of anyOf or oneOf fits: by the one that was meant where that can be told, and
/// otherwise by a short reason for each.</summary>
internal static class NoneFits
{
    private const int MostListed = 4;
    private const int LongestReason = 160;

    public static bool Explain(
        string keyword, SchemaNode[] alternatives, List<Report> failures, JsonElement instance, Report report)
    {
        var here = report.Path.ToString();
        var rightShape = failures.Where(failure => !failure.Violations.Any(reason => IsShape(reason, here))).ToList();
        if (rightShape.Count == 0 && Phrase.OfAlternatives(alternatives) is { } shapes)
        {
            return report.Add(keyword, $"must be {shapes}, got {Display.ValueAndKind(instance)}");
        }

        // {"kind": "circle"} names the alternative it wants: all others fail on the constant of that field.
        var meant = rightShape.Where(failure => !failure.Violations.Any(IsConstant)).ToList();
        return (rightShape, meant) switch
        {
            ([var only], _) => report.AddAll(only),
            (_, [var only]) => report.AddAll(only),
            _ => report.Add(keyword, $"must fit one of {alternatives.Length} alternatives: {Reasons(failures)}"),
        };
    }

    private static bool IsShape(SchemaViolation reason, string here) =>
        (reason.Keyword == "type" || IsConstant(reason)) && reason.Path == here;

    private static bool IsConstant(SchemaViolation reason) => reason.Keyword is "const" or "enum";

    private static string Reason(Report failure) =>
        failure.Violations is [var first, ..] ? Display.Cut(first.Message, LongestReason) : "does not fit";

    private static string Reasons(List<Report> failures)
    {
        var reasons = failures.Take(MostListed).Select((failure, i) => $"({i + 1}) {Reason(failure)}");
        var more = failures.Count - MostListed;
        return string.Join("; ", reasons) + (more > 0 ? $"; and {Display.Count(more, "other")}" : "");
    }
}
