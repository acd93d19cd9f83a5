using System.Text.Json;
using Behalf.Accounts.AuthConfigs;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Projects;
using Behalf.Projects.Users;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts.Connect;

/// <summary><c>POST /connected_accounts</c>, the older way: a link for OAuth, an ACTIVE account at once where the credential
/// came along or none is needed.</summary>
internal sealed class InitiateAccount(
    IDatabase database, UsableAuthConfigs configs, StartFlow start, PostedCredentials posted)
{
    public static async Task<IResult> HandleAsync(
        CallerParameter caller, InitiateRequest body, InitiateAccount initiate, CancellationToken ct) =>
        TypedResults.Json(await initiate.RunAsync(caller, body, ct), statusCode: 201);

    private async Task<InitiateAnswer> RunAsync(Caller caller, InitiateRequest body, CancellationToken ct)
    {
        var connection = body.Connection ?? new ConnectionRequest();
        var user = ActingUser.Of(caller, connection.UserId ?? (caller.BoundUser is null ? "default" : null));
        var config = await configs.GetAsync(caller, body.AuthConfig?.Id, ct);
        var sent = connection.State?.Val ?? connection.Data;
        if (connection.State?.AuthScheme is { } named && !named.Equals(config.Row.Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new Problem(Refusal.SchemeNotOffered, $"The auth config is for {config.Row.Scheme}.");
        }

        var typed = PostedCredentials.Read(config, sent);
        return config.Scheme is NoAuthScheme || typed.Count > 0
            ? await KeepAsync(caller, config, user, connection, typed, ct)
            : await InviteAsync(caller, config, user, connection, sent, ct);
    }

    private async Task<InitiateAnswer> InviteAsync(
        Caller caller, AuthConfig config, string user, ConnectionRequest connection, Dictionary<string, JsonElement>? sent, CancellationToken ct)
    {
        var settings = await database.GetSettingsAsync(caller.Project, ct);
        var started = await start.RunAsync(
            new FlowRequest
            {
                Config = config,
                User = user,
                Alias = WireText.Optional(connection.Alias, "alias", 100),
                CallbackUrl = CallbackUrls.Check(connection.CallbackUrl ?? connection.RedirectUri, settings, caller.Kind),
                MostOpen = caller.Kind == KeyKinds.User ? StartFlow.MostOpenForAgents : null,
                Params = ConnectionVariables.Read(sent, config.Toolkit),
            },
            AuditEvent.By(caller, AuditActions.LinkCreated),
            ct);
        return new InitiateAnswer
        {
            Id = started.AccountId.ToString(),
            ConnectionData = new ConnectionState
            {
                AuthScheme = config.Row.Scheme,
                Val = new Dictionary<string, string?> { ["status"] = "INITIATED", ["redirectUrl"] = started.Url },
            },
            Status = "INITIATED",
            RedirectUrl = started.Url,
            RedirectUri = started.Url,
            Deprecated = Older(started.AccountId, config),
        };
    }

    private async Task<InitiateAnswer> KeepAsync(
        Caller caller, AuthConfig config, string user, ConnectionRequest connection, Dictionary<string, string> typed, CancellationToken ct)
    {
        // A user key lets an agent ask for a connection, not bring a credential of its own making.
        if (caller.Kind == KeyKinds.User && config.Scheme is not NoAuthScheme)
        {
            throw new Problem(Refusal.NotAllowed, "A user key cannot bring a credential.", "Use POST /connected_accounts/link and let the user type it.");
        }

        var won = await posted.TryAsync(config, new Dictionary<string, string>(), typed, ct);
        var because = AuditEvent.By(caller, AuditActions.AccountConnected) with { UserId = user, Toolkit = config.Toolkit.Slug };
        var alias = WireText.Optional(connection.Alias, "alias", 100);
        var id = await database.WriteAsync(
            RowScope.Of(caller.Project),
            async session => await session.CreateAccountAsync(
                config, user, await session.EnsureUserAsync(caller.Project, user, because), alias, AccountStatus.Initializing),
            ct);
        await posted.StoreAsync(caller.Project, id, config, won, because with { AccountId = id });
        return new InitiateAnswer
        {
            Id = id.ToString(),
            ConnectionData = new ConnectionState
            {
                AuthScheme = config.Row.Scheme,
                Val = new Dictionary<string, string?> { ["status"] = "ACTIVE" },
            },
            Status = "ACTIVE",
            RedirectUrl = null,
            RedirectUri = null,
            Deprecated = Older(id, config),
        };
    }

    private static DeprecatedInitiateAnswer Older(Id<IdKinds.Account> account, AuthConfig config) =>
        new() { Uuid = account.ToString(), AuthConfigUuid = config.Id.ToString() };
}
