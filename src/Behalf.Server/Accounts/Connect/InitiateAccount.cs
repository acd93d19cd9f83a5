using System.Text.Json;
using Behalf.Accounts.AuthConfigs;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Projects;
using Behalf.Projects.Users;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts.Connect;

/// <summary>What is to be connected, and with what.</summary>
internal sealed record Initiation
{
    public required AuthConfig Config { get; init; }

    public required string User { get; init; }

    public string? Alias { get; init; }

    public string? CallbackUrl { get; init; }

    /// <summary>The credential itself, where there is one to type, and the connection's variables.</summary>
    public Dictionary<string, JsonElement>? Sent { get; init; }

    /// <summary>See <see cref="FlowRequest.InPlace"/>.</summary>
    public bool InPlace { get; init; }
}

/// <summary>An account that waits for its user at <see cref="Url"/>, or is connected already.</summary>
internal sealed record Initiated(Id<IdKinds.Account> Account, string? Url)
{
    public string Status => (Url is null ? AccountStatus.Active : AccountStatus.Initiated).WireName();
}

/// <summary><c>POST /connected_accounts</c>, the older way: a link for OAuth, an ACTIVE account at once where the credential
/// came along or none is needed.</summary>
internal sealed class InitiateAccount(
    IDatabase database, UsableAuthConfigs configs, StartFlow start, PostedCredentials posted)
{
    public static async Task<IResult> HandleAsync(
        CallerParameter caller, InitiateRequest body, InitiateAccount initiate, CancellationToken ct) =>
        TypedResults.Json(await initiate.RunAsync(caller, body, ct), statusCode: 201);

    public async Task<Initiated> RunAsync(Caller caller, Initiation wanted, CancellationToken ct)
    {
        var typed = PostedCredentials.Read(wanted.Config, wanted.Sent);
        return wanted.Config.Scheme is NoAuthScheme || typed.Count > 0
            ? await KeepAsync(caller, wanted, typed, ct)
            : await InviteAsync(caller, wanted, ct);
    }

    private async Task<InitiateAnswer> RunAsync(Caller caller, InitiateRequest body, CancellationToken ct)
    {
        var connection = body.Connection ?? new ConnectionRequest();
        var user = ActingUser.Of(caller, connection.UserId ?? (caller.BoundUser is null ? "default" : null));
        var config = await configs.GetAsync(caller, body.AuthConfig?.Id, ct);
        if (connection.State?.AuthScheme is { } named && !named.Equals(config.Row.Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new Problem(Refusal.SchemeNotOffered, $"The auth config is for {config.Row.Scheme}.");
        }

        var initiated = await RunAsync(
            caller,
            new Initiation
            {
                Config = config,
                User = user,
                Alias = connection.Alias,
                CallbackUrl = connection.CallbackUrl ?? connection.RedirectUri,
                Sent = connection.State?.Val ?? connection.Data,
            },
            ct);
        var state = new Dictionary<string, string?> { ["status"] = initiated.Status };
        if (initiated.Url is { } url)
        {
            state["redirectUrl"] = url;
        }

        return new InitiateAnswer
        {
            Id = initiated.Account.ToString(),
            ConnectionData = new ConnectionState { AuthScheme = config.Row.Scheme, Val = state },
            Status = initiated.Status,
            RedirectUrl = initiated.Url,
            RedirectUri = initiated.Url,
            Deprecated = new DeprecatedInitiateAnswer { Uuid = initiated.Account.ToString(), AuthConfigUuid = config.Id.ToString() },
        };
    }

    private async Task<Initiated> InviteAsync(Caller caller, Initiation wanted, CancellationToken ct)
    {
        var settings = await database.GetSettingsAsync(caller.Project, ct);
        var started = await start.RunAsync(
            new FlowRequest
            {
                Config = wanted.Config,
                User = wanted.User,
                Alias = WireText.Optional(wanted.Alias, "alias", 100),
                CallbackUrl = CallbackUrls.Check(wanted.CallbackUrl, settings, caller.Kind),
                Params = ConnectionVariables.Read(wanted.Sent, wanted.Config.Toolkit),
                InPlace = wanted.InPlace,
            },
            AuditEvent.By(caller, AuditActions.LinkCreated),
            ct);
        return new Initiated(started.AccountId, started.Url);
    }

    private async Task<Initiated> KeepAsync(Caller caller, Initiation wanted, Dictionary<string, string> typed, CancellationToken ct)
    {
        var (config, user) = (wanted.Config, wanted.User);

        // A user key lets an agent ask for a connection, not bring a credential of its own making.
        if (caller.Kind == KeyKinds.User && config.Scheme is not NoAuthScheme)
        {
            throw new Problem(Refusal.NotAllowed, "A user key cannot bring a credential.", "Use POST /connected_accounts/link and let the user type it.");
        }

        var won = await posted.TryAsync(config, new Dictionary<string, string>(), typed, ct);
        var because = AuditEvent.By(caller, AuditActions.AccountConnected) with { UserId = user, Toolkit = config.Toolkit.Slug };
        var alias = WireText.Optional(wanted.Alias, "alias", 100);
        var id = await database.WriteAsync(
            RowScope.Of(caller.Project),
            async session =>
            {
                var owner = await session.EnsureUserAsync(caller.Project, user, because);
                var waiting = wanted.InPlace ? await session.FindWaitingAccountAsync(config, owner) : null;
                return waiting?.AccountId ?? await session.CreateAccountAsync(config, user, owner, alias, AccountStatus.Initializing);
            },
            ct);
        await posted.StoreAsync(caller.Project, id, config, won, because with { AccountId = id });
        return new Initiated(id, null);
    }
}
