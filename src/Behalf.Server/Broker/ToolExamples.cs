using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Broker.Requests;
using Behalf.Broker.Responses;
using Behalf.Catalog;

namespace Behalf.Broker;

/// <summary>Runs a tool's golden vectors without a network: arguments to request, answer to result.</summary>
internal static class ToolExamples
{
    private static readonly DateTimeOffset ExampleTime = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <returns>One sentence for each example that does not come out as it says.</returns>
    public static IReadOnlyList<string> Check(Toolkit toolkit, Tool tool) =>
        [.. tool.Examples.SelectMany((example, i) => Check(toolkit, tool, example)
            .Where(fault => fault.Length > 0).Select(fault => $"example {i}: {fault}"))];

    private static IEnumerable<string> Check(Toolkit toolkit, Tool tool, ToolExample example)
    {
        var arguments = ToolArguments.Prepare(tool, example.Args);
        ToolHttpRequest request;
        try
        {
            request = RequestBuilder.Build(toolkit, tool, arguments, example.Variables);
        }
        catch (ToolArgumentException e)
        {
            return e.Parameter == example.Fails ? [] : [$"the arguments are refused at '{e.Parameter}': {e.Message}"];
        }

        return example.Request is { } expected
            ? [.. Differences(expected, request), .. CheckAnswer(toolkit, tool, example, arguments)]
            : ["the arguments should be refused"];
    }

    private static IEnumerable<string> Differences(ExampleRequest expected, ToolHttpRequest request)
    {
        var body = request.ContentType is BodyWriter.JsonType ? JsonNode.Parse(request.Content.Span) : null;
        foreach (var (pointer, lines) in expected.Decoded)
        {
            var raw = body.At(pointer);
            yield return Same($"what {pointer} decodes to", string.Join("\r\n", lines), Decode(raw));
            raw?.Parent?.AsObject().Remove(pointer[(pointer.LastIndexOf('/') + 1)..]);
        }

        yield return Same("the method", expected.Method, request.Method.Method);
        yield return Same("the URL", expected.Url, request.Url.AbsoluteUri);
        yield return Same("the headers", Lines(expected.Headers), Lines(request.Headers));
        yield return Same("the form", expected.Form, request.ContentType is BodyWriter.FormType
            ? Encoding.ASCII.GetString(request.Content.Span)
            : null);
        if (expected.Decoded.Count is 0 || expected.Json is not null)
        {
            yield return Same("the body", expected.Json, body);
        }
    }

    private static IEnumerable<string> CheckAnswer(
        Toolkit toolkit, Tool tool, ToolExample example, JsonElement arguments)
    {
        if (example.Response is not { } response)
        {
            yield break;
        }

        var requests = response.Json is { } list
            ? RequestBuilder.FollowUps(toolkit, tool, arguments, example.Variables, list)
            : [];
        yield return Same("the follow-ups", string.Join("\n", response.FollowUpUrls),
            string.Join("\n", requests.Select(request => request.Url.AbsoluteUri)));

        var outcome = ResponseShaper.Shape(toolkit, tool, Answer(response), [.. response.FollowUps.Select(Answer)]);
        if (example.Error is { } error)
        {
            yield return Same("the error", $"{error.Kind} {error.Code} {string.Join(' ', error.MissingScopes)}",
                $"{outcome.Error?.Kind} {outcome.Error?.Code} {string.Join(' ', outcome.Error?.MissingScopes ?? [])}");
        }
        else
        {
            yield return Same("the error", null, outcome.Error?.Message);
            yield return Same("the result", example.Result, outcome.Data);
        }
    }

    private static UpstreamAnswer Answer(ExampleResponse response) => new()
    {
        Status = response.Status,
        Headers = new Dictionary<string, string>(response.Headers, StringComparer.OrdinalIgnoreCase),
        Body = Encoding.UTF8.GetBytes(response.Text ?? response.Json?.GetRawText() ?? ""),
        At = ExampleTime,
    };

    private static UpstreamAnswer Answer(JsonElement followUp) => Answer(new ExampleResponse { Json = followUp });

    private static string Same(string what, string? expected, string? actual) =>
        expected == actual ? "" : $"{what} should be\n{expected}\nand is\n{actual}";

    private static string Same(string what, JsonElement? expected, JsonNode? actual) =>
        JsonNode.DeepEquals(expected is { } json ? JsonNode.Parse(json.GetRawText()) : null, actual)
            ? ""
            : $"{what} should be\n{expected?.GetRawText()}\nand is\n{actual?.ToJsonString(BodyWriter.Json)}";

    private static string Lines(IEnumerable<KeyValuePair<string, string>> headers) =>
        string.Join("\n", headers.Select(header => $"{header.Key}: {header.Value}")
            .Order(StringComparer.OrdinalIgnoreCase));

    private static string? Decode(JsonNode? raw) =>
        raw is null ? null : Encoding.UTF8.GetString(Base64Url.DecodeFromChars(raw.GetValue<string>()));
}
