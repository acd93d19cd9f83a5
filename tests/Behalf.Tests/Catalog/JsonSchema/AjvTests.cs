using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Catalog.JsonSchema;
using Behalf.Tests.Support;

namespace Behalf.Tests.Catalog.JsonSchema;

/// <summary>The same verdicts as ajv, the validator that most tools in the field were tried with.</summary>
public sealed class AjvTests(ITestOutputHelper output)
{
    private const int Schemas = 600;
    private const int InstancesEach = 12;

    [Theory]
    [InlineData("draft7", 7)]
    [InlineData("draft2020-12", 2020)]
    public async Task Random_schemas_and_instances_are_judged_as_ajv_does(string draft, int seed)
    {
        var options = SchemaOptions.ForToolArguments with
        {
            Fallback = draft == "draft7" ? SchemaDraft.Draft7 : SchemaDraft.Draft202012,
        };
        var cases = Generate(draft, options.Fallback, new RandomJson(new Random(seed)));
        var verdicts = await AskAjvAsync(cases);
        var wrong = Differences(cases, verdicts, options);
        var pairs = verdicts.Sum(answer => answer is JsonArray given ? given.Count : 0);
        var valid = verdicts.Sum(answer => answer is JsonArray given ? given.Count(verdict => (bool)verdict!) : 0);
        output.WriteLine($"{draft}: {pairs} pairs, {valid} of them valid");
        Assert.True(wrong.Count == 0, $"seed {seed}, {wrong.Count} different:\n{string.Join('\n', wrong.Take(10))}");
        Assert.InRange(pairs, 3000, int.MaxValue);
        Assert.InRange(valid, pairs / 5, pairs * 4 / 5);
    }

    [Fact]
    public async Task Random_patterns_match_as_they_do_in_JavaScript()
    {
        const int Seed = 262;
        var json = new RandomJson(new Random(Seed));
        var patterns = new RandomPatterns(json);
        var cases = Enumerable.Range(0, 1500).Select(_ => new JsonObject
        {
            ["draft"] = "draft2020-12",
            ["schema"] = new JsonObject { ["pattern"] = patterns.Pattern() },
            ["instances"] = new JsonArray([.. json.Many(10, () => (JsonNode?)patterns.Text(), least: 10)]),
        }).ToList();
        var verdicts = await AskAjvAsync(cases);
        var wrong = Differences(cases, verdicts, SchemaOptions.Default);
        Assert.True(wrong.Count == 0, $"seed {Seed}, {wrong.Count} different:\n{string.Join('\n', wrong.Take(10))}");
        Assert.InRange(verdicts.Sum(answer => ((JsonArray)answer).Count(verdict => (bool)verdict!)), 1000, 14_000);
    }

    private static List<JsonObject> Generate(string draft, SchemaDraft assumed, RandomJson json)
    {
        var schemas = new RandomSchemas(assumed, json);
        return
        [
            .. Enumerable.Range(0, Schemas).Select(_ => new JsonObject
            {
                ["draft"] = draft,
                ["schema"] = schemas.Root(),
                ["instances"] = new JsonArray([.. json.Many(InstancesEach, () => json.Value(), least: InstancesEach)]),
            }),
        ];
    }

    private static List<string> Differences(List<JsonObject> cases, List<JsonNode> verdicts, SchemaOptions options) =>
        [.. cases.Zip(verdicts).SelectMany(pair => Compare(pair.First, pair.Second, options))];

    private static IEnumerable<string> Compare(JsonObject asked, JsonNode answer, SchemaOptions options)
    {
        var schema = JsonSerializer.SerializeToElement(asked["schema"]);
        if (answer is not JsonArray verdicts)
        {
            return [$"ajv does not take {schema}: {answer}"];
        }

        try
        {
            var compiled = CompiledSchema.Compile(schema, options);
            return from pair in asked["instances"]!.AsArray().Zip(verdicts)
                   let instance = JsonSerializer.SerializeToElement(pair.First)
                   let verdict = (bool)pair.Second!
                   where compiled.IsValid(instance) != verdict || (compiled.Validate(instance, 5).Count == 0) != verdict
                   select $"ajv says {verdict} on {instance.GetRawText()} under {schema}";
        }
        catch (MalformedSchemaException refused)
        {
            return [$"we do not take {schema}: {refused.Message}"];
        }
    }

    private static async Task<List<JsonNode>> AskAjvAsync(List<JsonObject> cases)
    {
        var peers = Path.Combine(Repository.Root, "tests", "peers");
        Assert.True(Directory.Exists(Path.Combine(peers, "node_modules", "ajv")), $"run `npm ci` in {peers} first");
        using var node = Process.Start(new ProcessStartInfo("node", "ajv.mjs")
        {
            WorkingDirectory = peers,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var answers = ReadAsync(node.StandardOutput);
        foreach (var asked in cases)
        {
            await node.StandardInput.WriteLineAsync(asked.ToJsonString());
        }

        node.StandardInput.Close();
        return await answers;
    }

    private static async Task<List<JsonNode>> ReadAsync(StreamReader lines)
    {
        var answers = new List<JsonNode>();
        while (await lines.ReadLineAsync() is { } line)
        {
            answers.Add(JsonNode.Parse(line)!);
        }

        return answers;
    }
}
