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

/// <summary><c>POST /connected_accounts</c>, the older way: a link for OAuth, an ACTIVE account at once where the credential
/// came along or none is needed.</summary>
internal sealed class InitiateAccount(
    IDatabase database, UsableAuthConfigs configs, StartFlow start, AccountProbe probe, TokenEndpoint tokens, SecretVault vault)
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

        var typed = TypedFields(config, sent);
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

        var won = await TypedCredentials.TryAsync(config, new Dictionary<string, string>(), typed, config.Scopes, probe, tokens, database, ct)
            ?? throw new Problem(Refusal.CredentialRefused);
        var because = AuditEvent.By(caller, AuditActions.AccountConnected) with { UserId = user, Toolkit = config.Toolkit.Slug };
        var alias = WireText.Optional(connection.Alias, "alias", 100);
        var id = await database.WriteAsync(
            RowScope.Of(caller.Project),
            async session => await session.CreateAccountAsync(
                config, user, await session.EnsureUserAsync(caller.Project, user, because), alias, AccountStatus.Initializing),
            ct);
        await StoreAsync(caller.Project, id, config, won, because with { AccountId = id });
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
        };
    }

    private async Task StoreAsync(
        Id<IdKinds.Project> project, Id<IdKinds.Account> id, AuthConfig config, WonCredential won, AuditEvent because)
    {
        var account = (await database.FindAccountAsync(project, id, CancellationToken.None))!;
        var fresh = new NewCredential
        {
            Sealed = await vault.SealAfreshAsync(account.SecretPlace(1), won.Credential.ToBytes(), CancellationToken.None),
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
