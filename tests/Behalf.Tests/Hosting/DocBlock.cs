using System.Text.RegularExpressions;
using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting;

/// <summary>A fenced block of a page. What is marked <c>sh</c> is run, unless <c>&lt;!-- not run: reason --&gt;</c> stands
/// above it.</summary>
internal sealed partial record DocBlock(string Page, int Line, string Language, string Text, string? NotRunBecause)
{
    /// <summary>The README and everything under docs.</summary>
    public static IReadOnlyList<string> Pages { get; } =
    [
        "README.md",
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal),
    ];

    public string Place => $"{Page}:{Line}";

    public static IReadOnlyList<DocBlock> Of(string page)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, page));
        var blocks = new List<DocBlock>();
        for (var at = 0; at < lines.Length; at++)
        {
            if (Fence().Match(lines[at]) is { Success: true } fence)
            {
                var end = Array.FindIndex(lines, at + 1, line => line.Trim() == "```");
                var indent = fence.Groups["indent"].Length;
                var text = string.Join('\n', lines[(at + 1)..end].Select(line => line.Length < indent ? line.TrimStart() : line[indent..]));
                var above = at > 0 && Excuse().Match(lines[at - 1]) is { Success: true } excuse ? excuse.Groups["reason"].Value : null;
                blocks.Add(new DocBlock(page, at + 1, fence.Groups["language"].Value, text, above));
                at = end;
            }
        }

        return blocks;
    }

    [GeneratedRegex("^(?<indent> *)```(?<language>[a-z]*)$")]
    private static partial Regex Fence();

    [GeneratedRegex("<!-- not run: (?<reason>.*) -->")]
    private static partial Regex Excuse();
}
