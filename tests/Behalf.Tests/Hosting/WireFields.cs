using System.Text.Json;
using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting;

/// <summary>What the published document of the wire says of one route: names, types, and what an answer always holds.</summary>
internal sealed record PublishedRoute
{
    public required IReadOnlyDictionary<string, string> Query { get; init; }

    public required IReadOnlyDictionary<string, string> Body { get; init; }

    public required int Status { get; init; }

    /// <summary>A step that may be missing ends with a question mark, a step into an array with brackets.</summary>
    public required IReadOnlyDictionary<string, string> Answer { get; init; }
}

/// <summary>The published wire as data, and what of it this server leaves out on purpose.</summary>
internal static class WireFields
{
    private static readonly JsonSerializerOptions Lower = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>By method and path without its version, path parameters without their names.</summary>
    public static IReadOnlyDictionary<string, PublishedRoute> Published { get; } =
        Read<Dictionary<string, PublishedRoute>>("wire-fields.json");

    /// <summary>By route, then by the finding: the reason why it stays.</summary>
    public static IReadOnlyDictionary<string, Dictionary<string, string>> Exceptions { get; } =
        Read<Dictionary<string, Dictionary<string, string>>>("wire-exceptions.json");

    private static T Read<T>(string file) => JsonSerializer.Deserialize<T>(
        File.ReadAllText(Path.Combine(Repository.Root, "tests/Behalf.Tests/Hosting", file)), Lower)!;
}
