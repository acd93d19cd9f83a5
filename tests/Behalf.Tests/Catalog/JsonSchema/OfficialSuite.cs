using System.Text.Json;
using Behalf.Catalog.JsonSchema;
using Behalf.Tests.Support;

namespace Behalf.Tests.Catalog.JsonSchema;

/// <summary>The JSON-Schema-Test-Suite on this machine.</summary>
internal static class OfficialSuite
{
    private const string Variable = "BEHALF_JSON_SCHEMA_SUITE";

    private static readonly Lazy<SchemaRegistry> LazyRemotes = new(LoadRemotes);

    /// <summary>What the suite wants served from http://localhost:1234.</summary>
    public static SchemaRegistry Remotes => LazyRemotes.Value;

    public static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root(), "tests", folder), "*.json").Order(StringComparer.Ordinal);

    public static IEnumerable<SuiteGroup> Groups(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        foreach (var group in document.RootElement.Clone().EnumerateArray())
        {
            yield return new SuiteGroup(
                group.GetProperty("description").GetString()!,
                group.GetProperty("schema"),
                [.. group.GetProperty("tests").EnumerateArray().Select(test => new SuiteCase(
                    test.GetProperty("description").GetString()!,
                    test.GetProperty("data"),
                    test.GetProperty("valid").GetBoolean()))]);
        }
    }

    private static string Root()
    {
        string?[] places =
        [
            Environment.GetEnvironmentVariable(Variable),
            Path.Combine(Repository.Root, "artifacts", "json-schema-suite"),
            "/usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance",
        ];
        return places.FirstOrDefault(place => Directory.Exists(Path.Combine(place ?? "", "tests", "draft7")))
            ?? throw new DirectoryNotFoundException(
                "The JSON-Schema-Test-Suite is missing: run ./test, which unpacks Debian's "
                + "libtest-json-schema-acceptance-perl to artifacts/json-schema-suite, or let "
                + $"{Variable} name a folder that holds the suite's tests/ and remotes/.");
    }

    private static SchemaRegistry LoadRemotes()
    {
        var folder = Path.Combine(Root(), "remotes");
        var registry = SchemaRegistry.Standard;
        foreach (var file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var path = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
            registry = registry.With("http://localhost:1234/" + path, document.RootElement);
        }

        return registry;
    }
}

internal sealed record SuiteGroup(string Description, JsonElement Schema, IReadOnlyList<SuiteCase> Cases);

internal sealed record SuiteCase(string Description, JsonElement Data, bool Valid);
