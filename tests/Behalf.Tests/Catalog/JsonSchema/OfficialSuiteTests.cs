using Behalf.Catalog.JsonSchema;

namespace Behalf.Tests.Catalog.JsonSchema;

/// <summary>The verdicts of the official JSON-Schema-Test-Suite.</summary>
public sealed class OfficialSuiteTests(ITestOutputHelper output)
{
    /// <summary>Optional files that are about what we do not do, and why.</summary>
    private static readonly Dictionary<string, string> NotOurs = new(StringComparer.Ordinal)
    {
        ["draft7/optional/content.json"] = "contentEncoding and contentMediaType are annotations",
        ["draft7/optional/cross-draft.json"] = "a schema that names draft 2019-09 is refused",
        ["draft2020-12/optional/cross-draft.json"] = "a schema that names draft 2019-09 is refused",
        ["draft7/optional/format/idn-hostname.json"] = "the format is never asserted: it takes the tables of IDNA",
        ["draft2020-12/optional/format/idn-hostname.json"] = "the format is never asserted: it takes the tables of IDNA",
        ["draft7/optional/format/uri-template.json"] = "the format is never asserted",
        ["draft2020-12/optional/format/uri-template.json"] = "the format is never asserted",
    };

    /// <summary>One test there asks the metaschema, which leaves it to a format what a regular expression is.</summary>
    private static readonly string[] TakesFormatsForAsserted = ["draft2020-12/optional/ecmascript-regex.json"];

    [Theory]
    [InlineData("draft7", 850)]
    [InlineData("draft2020-12", 1150)]
    public void Every_required_test_gives_the_verdict_it_names(string draft, int atLeast) =>
        Judge(draft, draft, assertFormats: false, atLeast);

    [Theory]
    [InlineData("draft7", 90)]
    [InlineData("draft2020-12", 140)]
    public void Every_optional_test_that_is_ours_gives_the_verdict_it_names(string draft, int atLeast) =>
        Judge(draft, draft + "/optional", assertFormats: false, atLeast);

    [Theory]
    [InlineData("draft7", 350)]
    [InlineData("draft2020-12", 400)]
    public void Every_test_of_a_format_that_is_ours_gives_the_verdict_it_names(string draft, int atLeast) =>
        Judge(draft, draft + "/optional/format", assertFormats: true, atLeast);

    private void Judge(string draft, string folder, bool assertFormats, int atLeast)
    {
        var options = new SchemaOptions
        {
            Fallback = draft == "draft7" ? SchemaDraft.Draft7 : SchemaDraft.Draft202012,
            Registry = OfficialSuite.Remotes,
        };
        var wrong = new List<string>();
        var count = 0;
        foreach (var file in OfficialSuite.Files(folder))
        {
            var name = $"{folder}/{Path.GetFileName(file)}";
            if (!NotOurs.ContainsKey(name))
            {
                var asserted = assertFormats || TakesFormatsForAsserted.Contains(name);
                var asserting = options with { AssertFormats = asserted };
                foreach (var group in OfficialSuite.Groups(file))
                {
                    count += group.Cases.Count;
                    wrong.AddRange(Wrong(group, asserting).Select(what => $"{name}: {what}"));
                }
            }
        }

        output.WriteLine($"{folder}: {count} tests");
        Assert.Empty(wrong);
        Assert.True(count >= atLeast, $"Only {count} tests were found in {folder}; is the suite complete?");
    }

    private static IEnumerable<string> Wrong(SuiteGroup asked, SchemaOptions options)
    {
        CompiledSchema schema;
        try
        {
            schema = CompiledSchema.Compile(asked.Schema, options);
        }
        catch (MalformedSchemaException refused)
        {
            return [$"{asked.Description}: {refused.Message}"];
        }

        return from test in asked.Cases
               let violations = schema.Validate(test.Data, 10)
               where schema.IsValid(test.Data) != test.Valid || (violations.Count == 0) != test.Valid
               select $"{asked.Description}, {test.Description}: should be {(test.Valid ? "valid" : "invalid")}; "
                   + string.Join("; ", violations.Select(violation => violation.Message));
    }
}
