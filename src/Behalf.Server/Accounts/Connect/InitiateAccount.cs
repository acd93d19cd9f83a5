using System.Text.Json;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.OAuth;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Projects;
using Behalf.Projects.Users;
using Behalf.Storage;
using Behalf.Vault;
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
    IDatabase database, UsableAuthConfigs configs, StartFlow start, AccountProbe probe, TokenEndpoint tokens, SecretVault vault)
{
    public static async Task<IResult> HandleAsync(
        CallerParameter caller, InitiateRequest body, InitiateAccount initiate, CancellationToken ct) =>
        TypedResults.Json(await initiate.RunAsync(caller, body, ct), statusCode: 201);

    public async Task<Initiated> RunAsync(Caller caller, Initiation wanted, CancellationToken ct)
    {
        var typed = TypedFields(wanted.Config, wanted.Sent);
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

        var won = await TypedCredentials.TryAsync(config, new Dictionary<string, string>(), typed, config.Scopes, probe, tokens, database, ct)
            ?? throw new Problem(Refusal.CredentialRefused);
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
        await StoreAsync(caller.Project, id, config, won, because with { AccountId = id });
        return new Initiated(id, null);
    }

    private async Task StoreAsync(
        Id<IdKinds.Project> project, Id<IdKinds.Account> id, AuthConfig config, WonCredential won, AuditEvent because)
    {
        var account = (await database.FindAccountAsync(project, id, CancellationToken.None))!;
        if (account.Subject is { } before && before != won.Subject)
        {
            // As at the end of a flow: not being able to tell whose it is, is no proof that it is the same.
            throw new Problem(Refusal.SubjectChanged);
        }

        var fresh = new NewCredential
        {
            Sealed = await vault.SealAfreshAsync(account.SecretPlace(account.CredVersion + 1), won.Credential.ToBytes(), CancellationToken.None),
            ExpiresAt = won.Credential.ExpiresAt,
            CanRefresh = won.Credential.CanRefresh(config.Scheme),
            Scopes = won.Scopes,
            Subject = won.Subject,
            Label = null,
            Params = JsonSerializer.Serialize(won.Variables, ConnectJson.Default.IReadOnlyDictionaryStringString),
        };
        await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                var row = await session.FindAccountAsync(project, id) ?? throw new Problem(Refusal.NotFound);
                await session.StoreCredentialAsync(row, config, fresh, because);
            },
            CancellationToken.None);
    }

    /// <summary>The scheme's own fields, under the names that the wire and its SDKs use for them.</summary>
    private static Dictionary<string, string> TypedFields(AuthConfig config, Dictionary<string, JsonElement>? sent)
    {
        var typed = new Dictionary<string, string>();
        var own = config.Scheme switch
        {
            ApiKeyScheme key => key.Fields,
            BearerScheme bearer => bearer.Fields,
            BasicScheme basic => basic.Fields,
            ClientCredentialsScheme client => client.Fields,
            _ => [],
        };
        foreach (var field in own)
        {
            var value = AuthConfigInput.Text(sent, field.Name)
                ?? (field.Secret ? SharedNames.Select(name => AuthConfigInput.Text(sent, name)).FirstOrDefault(v => v is not null) : null);
            if (!string.IsNullOrEmpty(value))
            {
                typed[field.Name] = field.Accepts(value)
                    ? value
                    : throw new Problem(Refusal.InvalidRequest, $"{field.Name} does not have the form that {config.Toolkit.Name} uses.");
            }
        }

        if (typed.Count > 0 && own.FirstOrDefault(f => f.Required && f.Default is null && !typed.ContainsKey(f.Name)) is { } missing)
        {
            throw new Problem(Refusal.InvalidRequest, $"{missing.Name} is missing.");
        }

        if (typed.Count > 0)
        {
            AddVariables(config, sent, typed);
        }

        return typed;
    }

    private static void AddVariables(AuthConfig config, Dictionary<string, JsonElement>? sent, Dictionary<string, string> typed)
    {
        foreach (var (name, value) in ConnectionVariables.Read(sent, config.Toolkit))
        {
            typed[name] = value;
        }

        if (config.Toolkit.Variables.FirstOrDefault(v => v is { From: FieldSource.User or FieldSource.Config, Required: true, Default: null }
            && !typed.ContainsKey(v.Name) && !config.Settings.Fields.ContainsKey(v.Name)) is { } missing)
        {
            throw new Problem(Refusal.InvalidRequest, $"{missing.Name} is missing.");
        }
    }

    private static readonly string[] SharedNames = ["generic_api_key", "api_key", "bearer_token", "token", "basic_encoded"];
}
