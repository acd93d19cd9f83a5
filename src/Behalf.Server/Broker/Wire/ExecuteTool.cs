using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Behalf.Broker.Calls;
using Behalf.Wire;

namespace Behalf.Broker.Wire;

/// <remarks>Settable: what is set in an initializer alone the serializer collects in an array first.</remarks>
internal sealed record ExecuteToolRequest
{
    public string? ConnectedAccountId { get; set; }

    public string? UserId { get; set; }

    /// <summary>The older name of <see cref="UserId"/>.</summary>
    public string? EntityId { get; set; }

    /// <summary>Which of the user's accounts of the toolkit: its alias or word id. Ours, not the published wire's.</summary>
    public string? Alias { get; set; }

    /// <summary>Any version is taken; each toolkit has one.</summary>
    public string? Version { get; set; }

    public JsonElement? Arguments { get; set; }

    public string? Text { get; set; }

    public JsonElement? CustomAuthParams { get; set; }

    public JsonElement? CustomConnectionData { get; set; }
}

internal sealed record ExecuteToolAnswer
{
    public required JsonObject Data { get; init; }

    public required string? Error { get; init; }

    public required bool Successful { get; init; }

    public required string LogId { get; init; }
}

/// <summary><c>POST /tools/execute/{tool}</c>.</summary>
internal static class ExecuteTool
{
    public static async Task<ExecuteToolAnswer> HandleAsync(
        CallerParameter caller, string tool, ExecuteToolRequest body, RunTool run, HttpContext http, CancellationToken ct)
    {
        // A call that may have had an effect is never sent again by a client on its own.
        http.Response.Headers["x-should-retry"] = "false";
        ForeignCredentials.Refuse(body.CustomAuthParams, body.CustomConnectionData);
        if (body.Text is { Length: > 0 } && body.Arguments is null)
        {
            throw new Problem(Refusal.InvalidRequest, "text is not taken: this server calls no model to read it.", "Send arguments.");
        }

        var user = body.UserId ?? body.EntityId;
        var result = await run.RunAsync(
            new ToolCall
            {
                Caller = caller,
                Tool = tool,
                AccountId = body.ConnectedAccountId,
                User = user,
                Alias = body.Alias,
                Arguments = body.Arguments ?? default,
                IdempotencyKey = IdempotencyKey.Of(
                    http, caller, tool.ToUpperInvariant(), body.ConnectedAccountId, user, body.Alias, body.Arguments?.GetRawText()),
            },
            ct);
        if (result.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (result.Replayed)
        {
            http.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        }

        return new ExecuteToolAnswer { Data = result.Data, Error = result.Error, Successful = result.Successful, LogId = result.LogId };
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ExecuteToolRequest))]
[JsonSerializable(typeof(ExecuteToolAnswer))]
[JsonSerializable(typeof(WriteInputRequest))]
[JsonSerializable(typeof(WriteInputAnswer))]
[JsonSerializable(typeof(ProxyRequest))]
[JsonSerializable(typeof(ProxyAnswer))]
[JsonSerializable(typeof(Page<ToolAnswer>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(ToolCallResult))]
[JsonSerializable(typeof(RequiredScopesRequest))]
[JsonSerializable(typeof(RequiredScopesAnswer))]
internal sealed partial class BrokerJson : JsonSerializerContext;
