using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Broker.Calls;
using Behalf.Broker.Wire;
using Behalf.Wire;

namespace Behalf.Gateway.Entities;

internal sealed record ExecuteActionRequest
{
    public string? ConnectedAccountId { get; init; }

    public string? EntityId { get; init; }

    public JsonElement? Input { get; init; }

    public string? Text { get; init; }

    public JsonElement? AuthConfig { get; init; }
}

internal sealed record ExecuteActionAnswer
{
    public required JsonObject Data { get; init; }

    public required string? Error { get; init; }

    public required bool Successful { get; init; }

    /// <summary>As the older wire spells it.</summary>
    public bool Successfull => Successful;

    public required string LogId { get; init; }
}

internal sealed record EntityProxyRequest
{
    public string? ConnectedAccountId { get; init; }

    public string? EntityId { get; init; }

    public string? AppName { get; init; }

    public string? Endpoint { get; init; }

    public string? Method { get; init; }

    public JsonElement? Body { get; init; }

    public IReadOnlyList<EntityProxyParameter?>? Parameters { get; init; }
}

internal sealed record EntityProxyParameter
{
    public string? In { get; init; }

    public string? Name { get; init; }

    public string? Value { get; init; }
}

internal sealed record EntityProxyAnswer
{
    public required JsonElement? Data { get; init; }

    public required string? Error { get; init; }

    public required bool Successful { get; init; }

    public bool Successfull => Successful;

    public required int Status { get; init; }
}

/// <summary>Runs tools and the proxy for the older wire, through the same doors as the newer.</summary>
internal static class ExecuteAction
{
    public static async Task<ExecuteActionAnswer> HandleAsync(
        CallerParameter caller, string tool, ExecuteActionRequest body, RunTool run, HttpContext http, CancellationToken ct)
    {
        var answer = await ExecuteTool.HandleAsync(
            caller,
            tool,
            new ExecuteToolRequest
            {
                ConnectedAccountId = body.ConnectedAccountId,
                UserId = User(body.EntityId, body.ConnectedAccountId),
                Arguments = body.Input,
                Text = body.Text,
                CustomAuthParams = IsEmpty(body.AuthConfig) ? null : body.AuthConfig,
            },
            run,
            http,
            ct);
        return new ExecuteActionAnswer
        {
            Data = answer.Data,
            Error = answer.Error,
            Successful = answer.Successful,
            LogId = answer.LogId,
        };
    }

    public static async Task<EntityProxyAnswer> ProxyAsync(
        CallerParameter caller, EntityProxyRequest body, RunProxy run, HttpContext http, CancellationToken ct)
    {
        var answer = await ExecuteProxy.HandleAsync(
            caller,
            new ProxyRequest
            {
                ConnectedAccountId = body.ConnectedAccountId,
                UserId = User(body.EntityId, body.ConnectedAccountId),
                Toolkit = body.AppName,
                Endpoint = body.Endpoint,
                Method = body.Method,
                Body = body.Body,
                Parameters = body.Parameters?.Select(p => new ProxyParameter { Name = p?.Name, Value = p?.Value, Type = p?.In }).ToList(),
            },
            run,
            http,
            ct);
        var good = answer.Status is >= 200 and < 400;
        return new EntityProxyAnswer
        {
            Data = answer.Data,
            Error = good ? null : $"The provider answered {answer.Status}.",
            Successful = good,
            Status = answer.Status,
        };
    }

    /// <summary>The clients fill in "default" where the application named an account and no entity; beside an account it says
    /// nothing. Any other name must be the account's user.</summary>
    private static string? User(string? entity, string? account) =>
        account is { Length: > 0 } && entity == ConnectAccount.DefaultEntity ? null : entity;

    /// <summary>The clients send the frame of custom credentials with nothing in it.</summary>
    private static bool IsEmpty(JsonElement? value) => value is not { } json || json.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => true,
        JsonValueKind.String => json.GetString() is "",
        JsonValueKind.Array => json.GetArrayLength() == 0,
        JsonValueKind.Object => json.EnumerateObject().All(member => IsEmpty(member.Value)),
        _ => false,
    };
}
