using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Catalog;

namespace Behalf.Broker.Responses;

/// <summary>Turns a provider's answer into what the caller gets. Pure.</summary>
internal static class ResponseShaper
{
    public const string NextMember = "next";

    /// <summary>A byte that was read becomes at most <c>\u00xx</c>.</summary>
    private const int LongestEscape = 6;

    /// <summary>Names that are ours and not the provider's.</summary>
    private const int MostAdded = 1024;

    /// <param name="answer">The answer, scrubbed.</param>
    /// <param name="followUps">The answers to the tool's follow-up requests, in their order.</param>
    public static ToolOutcome Shape(
        Toolkit toolkit, Tool tool, UpstreamAnswer answer, IReadOnlyList<UpstreamAnswer> followUps)
    {
        var rules = tool.Response;
        var body = Parse(answer);
        if (ErrorClassifier.Classify(toolkit, answer, body) is { } error)
        {
            return new ToolOutcome { Error = error };
        }

        if (rules.Decode is Decoding.Text)
        {
            var text = new JsonObject { ["text"] = Encoding.UTF8.GetString(answer.Body.Span) };
            CutToSize(text, rules, answer, followUps, null, null);
            return new ToolOutcome { Data = text };
        }

        if (answer.Body.IsEmpty)
        {
            return new ToolOutcome { Data = Copy(rules.Empty) as JsonObject ?? [] };
        }

        if (body is null)
        {
            return new ToolOutcome { Error = ErrorClassifier.NotJson(toolkit, answer.Status, tool.Hints.ReadOnly) };
        }

        if (rules.Root.Length > 0 && body.At(rules.Root) is null)
        {
            // GraphQL says so of a thing that is not there, without an error.
            return new ToolOutcome { Error = ErrorClassifier.NotFound(toolkit, answer.Status) };
        }

        var page = rules.Page is { } name ? toolkit.Pagination[name] : null;
        return new ToolOutcome
        {
            Data = rules.Items is null ? ShapeObject(rules, answer, body) : ShapeList(tool, page, answer, body, followUps),
        };
    }

    private static JsonObject ShapeObject(ToolResponse rules, UpstreamAnswer answer, JsonNode body)
    {
        var shaped = ShapeOne(rules, body.At(rules.Root));
        var data = shaped switch
        {
            JsonObject members => members,
            null => [],
            _ => new JsonObject { [rules.As] = shaped },
        };
        CutToSize(data, rules, answer, [], data[rules.As] is JsonArray ? rules.As : null, null);
        return data;
    }

    private static JsonObject ShapeList(
        Tool tool, Pagination? page, UpstreamAnswer answer, JsonNode body, IReadOnlyList<UpstreamAnswer> followUps)
    {
        var rules = tool.Response;
        var items = new JsonArray();
        foreach (var (index, item) in (body.At(rules.Items!) as JsonArray ?? []).Index())
        {
            items.Add(ShapeOne(rules, index < followUps.Count ? Fetched(followUps[index]) ?? item : item));
        }

        var data = new JsonObject { [rules.As] = items };
        foreach (var (name, pointer) in rules.Keep)
        {
            if (body.At(pointer) is { } kept)
            {
                data[name] = kept.DeepClone();
            }
        }

        if (page is not null && NextPage.Of(page, answer, body) is { } next)
        {
            data[NextMember] = next;
        }

        CutToSize(data, rules, answer, followUps, rules.As, page?.LimitParameter);
        return data;
    }

    /// <summary>Measuring means writing it all out, so what cannot be too long is not measured.</summary>
    private static void CutToSize(
        JsonObject data, ToolResponse rules, UpstreamAnswer answer, IReadOnlyList<UpstreamAnswer> followUps, string? list, string? limitParameter)
    {
        var read = answer.Body.Length + followUps.Sum(followUp => followUp.Body.Length) + answer.Headers.Sum(header => header.Value.Length);
        if (((long)read * LongestEscape) + MostAdded > rules.MaxBytes)
        {
            Cutting.Cut(data, rules.MaxBytes, list, limitParameter);
        }
    }

    /// <summary>An item whose follow-up failed stays as the list has it.</summary>
    private static JsonNode? Fetched(UpstreamAnswer followUp) =>
        followUp.Status is >= 200 and < 300 ? Parse(followUp) : null;

    private static JsonNode? ShapeOne(ToolResponse rules, JsonNode? value)
    {
        var decoded = rules.Decode is Decoding.GmailMessage && value is JsonObject message
            ? GmailMessage.Read(message)
            : value;
        var picked = rules.Pick.Count > 0 ? Picking.Pick(decoded, rules.Pick)
            : decoded?.Parent is null ? decoded
            : decoded.DeepClone();
        Picking.Drop(picked, rules.Drop);
        return picked;
    }

    private static JsonNode? Parse(UpstreamAnswer answer)
    {
        try
        {
            // What was cut off is no JSON; finding that out would cost a copy of it.
            return answer.Body.IsEmpty || answer.Truncated ? null : LenientJson.Parse(answer.Body.Span);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonNode? Copy(JsonElement? value) =>
        value is { } element ? JsonNode.Parse(element.GetRawText()) : null;
}
