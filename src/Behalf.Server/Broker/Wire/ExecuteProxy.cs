using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Broker.Calls;
using Behalf.Wire;

namespace Behalf.Broker.Wire;

internal sealed record ProxyRequest
{
    public string? ConnectedAccountId { get; init; }

    /// <summary>With <see cref="Toolkit"/>, instead of an account id. Ours, not the published wire's.</summary>
    public string? UserId { get; init; }

    public string? Toolkit { get; init; }

    public string? Alias { get; init; }

    public string? Endpoint { get; init; }

    public string? Method { get; init; }

    public JsonElement? Body { get; init; }

    public JsonElement? CustomConnectionData { get; init; }

    public ProxyBinaryBody? BinaryBody { get; init; }

    public IReadOnlyList<ProxyParameter?>? Parameters { get; init; }
}

internal sealed record ProxyBinaryBody
{
    public string? Base64 { get; init; }

    public string? Url { get; init; }

    public string? ContentType { get; init; }
}

internal sealed record ProxyParameter
{
    public string? Name { get; init; }

    public string? Value { get; init; }

    public string? Type { get; init; }
}

internal sealed record ProxyAnswer
{
    public required JsonElement? Data { get; init; }

    public required int Status { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Whether it was given to an earlier request with the same idempotency key.</summary>
    [JsonIgnore]
    public bool Replayed { get; init; }

    /// <summary>What a large answer takes of the memory for such, until it was written to the caller.</summary>
    [JsonIgnore]
    public IDisposable? Memory { get; init; }
}

/// <summary>The published wire lets a call bring a credential. Here credentials come from connected accounts alone, and a call
/// that brings one is told so: running it with another credential than it names would be worse.</summary>
internal static class ForeignCredentials
{
    public static void Refuse(params ReadOnlySpan<JsonElement?> sent)
    {
        foreach (var one in sent)
        {
            if (one is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) })
            {
                throw new Problem(
                    Refusal.InvalidRequest,
                    "custom_auth_params and custom_connection_data are not taken: credentials come from connected accounts alone.",
                    "Connect an account of the user first, then call with user_id.");
            }
        }
    }
}

/// <summary><c>POST /tools/execute/proxy</c>: a request of the caller's own making, to the toolkit's own hosts, with the user's
/// credential in its place.</summary>
internal static class ExecuteProxy
{
    public static async Task<ProxyAnswer> HandleAsync(
        CallerParameter caller, ProxyRequest body, RunProxy run, HttpContext http, CancellationToken ct)
    {
        http.Response.Headers["x-should-retry"] = "false";
        ForeignCredentials.Refuse(body.CustomConnectionData);
        var key = IdempotencyKey.Of(http, caller, "proxy", JsonSerializer.Serialize(body, BrokerJson.Default.ProxyRequest));
        var answer = await run.RunAsync(caller, body, key, ct);
        if (answer.Memory is { } memory)
        {
            http.Response.RegisterForDispose(memory);
        }

        if (answer.Replayed)
        {
            http.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        }

        return answer;
    }
}
