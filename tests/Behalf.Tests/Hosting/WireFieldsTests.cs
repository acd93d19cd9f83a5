using System.Text.Json;
using System.Text.RegularExpressions;
using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting;

/// <summary>Our document beside the published one, field by field. What stays different stands in wire-exceptions.json with
/// its reason.</summary>
public sealed partial class WireFieldsTests
{
    [Fact]
    public async Task Every_published_field_is_taken_and_given_or_left_out_with_a_reason()
    {
        var server = await TestServer.SharedAsync("sqlite");
        var document = (await server.Client().GetAsync("/openapi.json")).Expect(200).Json;
        var ours = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(op => (Route: RouteOf(op.Name, path.Name), op.Value)))
            .ToDictionary(op => op.Route, op => op.Value);

        var found = WireFields.Published.SelectMany(route => ours.TryGetValue(route.Key, out var operation)
            ? Compare(document, operation, route.Value).Select(finding => $"{route.Key}: {finding}")
            : [$"{route.Key}: route"]).ToList();
        var excepted = WireFields.Exceptions.SelectMany(route => route.Value.Select(one => $"{route.Key}: {one.Key}")).ToList();
        string[] surprises =
        [
            .. found.Except(excepted).Select(one => "differs: " + one),
            .. excepted.Except(found).Select(one => "differs no more, strike it out: " + one),
        ];
        Assert.True(surprises is [], string.Join('\n', surprises));
    }

    [Fact]
    public void Every_exception_gives_a_reason() =>
        Assert.All(WireFields.Exceptions.SelectMany(route => route.Value), one => Assert.True(one.Value.Length > 20, one.Key));

    private static IEnumerable<string> Compare(JsonElement document, JsonElement operation, PublishedRoute published)
    {
        var parameters = operation.TryGetProperty("parameters", out var all)
            ? all.EnumerateArray().Where(p => p.GetProperty("in").GetString() == "query").Select(p => p.GetProperty("name").GetString()!)
            : [];
        foreach (var missing in published.Query.Keys.Except(parameters))
        {
            yield return "query " + missing;
        }

        var body = operation.TryGetProperty("requestBody", out var request) ? Content(document, request) : null;
        foreach (var wrong in Differences(body, published.Body, WhatARequestMayBring))
        {
            yield return "body " + wrong;
        }

        if (!operation.GetProperty("responses").TryGetProperty($"{published.Status}", out var response))
        {
            yield return $"status {published.Status}";
        }
        else
        {
            foreach (var wrong in Differences(Content(document, response), published.Answer, WhatAnAnswerMayHold))
            {
                yield return "answer " + wrong;
            }
        }
    }

    /// <summary>Whatever a client may send by the published type, ours takes.</summary>
    private static bool WhatARequestMayBring(string[] published, DescribedSchema ours) => published.Contains("object{}")
        ? ours.IsOpen
        : ours.Types.Contains(DescribedSchema.Anything) || !published.Except(["null"]).Except(ours.Types).Any();

    /// <summary>Whatever ours gives, the published type holds.</summary>
    private static bool WhatAnAnswerMayHold(string[] published, DescribedSchema ours) =>
        ours.Types.Contains(DescribedSchema.Anything) || !ours.Types.Except(published.Select(t => t.TrimEnd('{', '}'))).Any();

    private static List<string> Differences(
        DescribedSchema? root, IReadOnlyDictionary<string, string> published, Func<string[], DescribedSchema, bool> fits)
    {
        var wrong = new List<string>();
        foreach (var (path, types) in published.Select(field => (FieldPath.Parse(field.Key), field.Value)))
        {
            // One finding for a field that is missing, none for what would be in it.
            if (!wrong.Any(path.IsBelow) && !Fits(root, path, schema => fits(types.Split('|'), schema)))
            {
                wrong.Add(path.Text);
            }
        }

        return wrong;
    }

    private static bool Fits(DescribedSchema? at, FieldPath path, Predicate<DescribedSchema> fits)
    {
        foreach (var step in path.Steps)
        {
            if (at is null)
            {
                return false;
            }

            var next = at.Step(step);
            if (next is null && (at.IsOpen || step.MayBeMissing || step == FieldStep.Items))
            {
                return true;
            }

            at = next;
        }

        return at is not null && fits(at);
    }

    private static DescribedSchema? Content(JsonElement document, JsonElement holder) =>
        holder.TryGetProperty("content", out var content) ? new DescribedSchema(document, content.GetProperty("application/json").GetProperty("schema")) : null;

    internal static string RouteOf(string method, string path) =>
        $"{method.ToUpperInvariant()} {PathParameter().Replace(path.Replace("/api/v3.1", "", StringComparison.Ordinal), "{}")}";

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex PathParameter();
}
