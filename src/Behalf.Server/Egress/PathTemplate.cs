using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Behalf.Egress;

/// <summary>A path of a definition, taken apart once: <c>{name}</c> stands for one segment and <c>{name*}</c> for as many as
/// the value has.</summary>
internal sealed partial class PathTemplate
{
    // As many as the catalogue has paths.
    private static readonly ConcurrentDictionary<string, PathTemplate> Known = new(StringComparer.Ordinal);

    private readonly Part[] _parts;

    private PathTemplate(string text)
    {
        var parts = new List<Part>();
        var at = 0;
        foreach (Match match in Placeholder().Matches(text))
        {
            parts.Add(new Part(text[at..match.Index], match.Groups["name"].Value, match.Groups["many"].Success));
            at = match.Index + match.Length;
        }

        parts.Add(new Part(text[at..], null, false));
        _parts = [.. parts];
        Names = [.. parts.Select(part => part.Name).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    /// <summary>What the path names, each once.</summary>
    public IReadOnlyList<string> Names { get; }

    public static PathTemplate Of(string text) => Known.GetOrAdd(text, static text => new PathTemplate(text));

    /// <summary>Null with a fault if a value is missing or may not be a segment.</summary>
    public string? Fill(IReadOnlyDictionary<string, string> values, out string? fault)
    {
        fault = null;
        var path = new StringBuilder();
        foreach (var part in _parts)
        {
            path.Append(part.Before);
            if (part.Name is null)
            {
                continue;
            }

            if (!values.TryGetValue(part.Name, out var value))
            {
                fault = $"{part.Name} is missing.";
                return null;
            }

            string[] segments = part.Many ? value.Trim('/').Split('/') : [value];
            foreach (var (index, segment) in segments.Index())
            {
                if (PathSegment.Fault(segment) is { } wrong)
                {
                    fault = $"{part.Name} {wrong}.";
                    return null;
                }

                path.Append(index > 0 ? "/" : "").Append(PathSegment.Encode(segment));
            }
        }

        return path.ToString();
    }

    [GeneratedRegex(@"\{(?<name>[^{}*]+)(?<many>\*)?\}")]
    private static partial Regex Placeholder();

    private readonly record struct Part(string Before, string? Name, bool Many);
}
