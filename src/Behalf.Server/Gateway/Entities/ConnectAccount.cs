using System.Text.Json;
using Behalf.Accounts;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Gateway.Entities;

/// <summary>How the Python client starts a connection, after it asked for the integration.</summary>
internal sealed record ConnectRequest
{
    public string? IntegrationId { get; init; }

    public string? UserUuid { get; init; }

    /// <summary>The newer name of <see cref="UserUuid"/>.</summary>
    public string? EntityId { get; init; }

    public Dictionary<string, JsonElement>? Data { get; init; }

    public string? RedirectUri { get; init; }
}

/// <summary>How the JavaScript client does, all in one.</summary>
internal sealed record InitiateConnectionRequest
{
    public AppReference? App { get; init; }

    public IntegrationSettings? Config { get; init; }

    public EntityConnection? Connection { get; init; }
}

internal sealed record EntityConnection
{
    public string? EntityId { get; init; }

    public Dictionary<string, JsonElement>? InitiateData { get; init; }

    public EntityConnectionExtra? Extra { get; init; }
}

internal sealed record EntityConnectionExtra
{
    public string? RedirectURL { get; init; }
}

internal sealed record ReinitiateRequest
{
    public string? RedirectUri { get; init; }
}

internal sealed record ConnectAnswer
{
    public required string ConnectionStatus { get; init; }

    /// <summary>For good: it is the same when the connection is made again.</summary>
    public required string ConnectedAccountId { get; init; }

    public required string? RedirectUrl { get; init; }

    public static ConnectAnswer Of(Initiated initiated) => new()
    {
        ConnectionStatus = initiated.Status,
        ConnectedAccountId = initiated.Account.ToString(),
        RedirectUrl = initiated.Url,
    };
}

internal sealed record InitiateConnectionAnswer
{
    public required ConnectAnswer ConnectionResponse { get; init; }

    public required string IntegrationId { get; init; }
}

/// <summary><c>initiate_connection</c>, with which applications of the older wire connect an account.</summary>
internal static class ConnectAccount
{
    /// <summary>Whom the clients mean when the application names nobody.</summary>
    public const string DefaultEntity = "default";

    public static async Task<ConnectAnswer> CreateAsync(
        CallerParameter caller, ConnectRequest body, UsableAuthConfigs configs, InitiateAccount initiate, CancellationToken ct)
    {
        if (body.UserUuid is not null && body.EntityId is not null && body.UserUuid != body.EntityId)
        {
            throw new Problem(Refusal.InvalidRequest, "userUuid and entityId name two users.");
        }

        var config = await configs.GetAsync(caller, body.IntegrationId, ct);
        return ConnectAnswer.Of(await RunAsync(
            caller, config, body.UserUuid ?? body.EntityId, body.Data, body.RedirectUri, initiate, ct));
    }

    public static async Task<InitiateConnectionAnswer> InitiateAsync(
        CallerParameter caller, InitiateConnectionRequest body, UsableAuthConfigs configs, FindIntegration find, InitiateAccount initiate, CancellationToken ct)
    {
        var connection = body.Connection ?? new EntityConnection();
        var config = string.IsNullOrEmpty(body.App?.IntegrationId)
            ? await find.RunAsync(caller, new IntegrationOfAppRequest { App = body.App, Config = body.Config }.ToWish(alwaysNew: false), ct)
            : await configs.GetAsync(caller, body.App.IntegrationId, ct);
        var initiated = await RunAsync(
            caller, config, connection.EntityId, connection.InitiateData, connection.Extra?.RedirectURL, initiate, ct);
        return new InitiateConnectionAnswer { ConnectionResponse = ConnectAnswer.Of(initiated), IntegrationId = config.Id.ToString() };
    }

    /// <summary>The same account once more: renewed without the user where that works, else by a link.</summary>
    public static async Task<ConnectAnswer> ReinitiateAsync(
        CallerParameter caller, string id, [FromBody] ReinitiateRequest? body, RefreshConnection refresh, CancellationToken ct)
    {
        var answer = await RefreshConnection.HandleAsync(caller, id, body?.RedirectUri, null, refresh, ct);
        return new ConnectAnswer
        {
            ConnectionStatus = answer.RedirectUrl is null ? answer.Status : AccountStatus.Initiated.WireName(),
            ConnectedAccountId = answer.Id,
            RedirectUrl = answer.RedirectUrl,
        };
    }

    private static Task<Initiated> RunAsync(
        Caller caller,
        AuthConfig config,
        string? user,
        Dictionary<string, JsonElement>? data,
        string? redirect,
        InitiateAccount initiate,
        CancellationToken ct) => initiate.RunAsync(
            caller,
            new Initiation
            {
                Config = config,
                User = ActingUser.Of(caller, user ?? caller.BoundUser ?? DefaultEntity),
                CallbackUrl = redirect,
                Sent = data,
                InPlace = true,
            },
            ct);
}
