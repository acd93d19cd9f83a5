using System.Text.Json;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.OAuth;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts.Connect;

/// <summary>Credentials that the application posts, instead of letting its user type them: read, tried with the provider,
/// kept.</summary>
internal sealed class PostedCredentials(IDatabase database, AccountProbe probe, TokenEndpoint tokens, SecretVault vault)
{
    private static readonly string[] SharedNames = ["generic_api_key", "api_key", "bearer_token", "token", "basic_encoded"];

    /// <summary>The scheme's own fields, under the names that the wire and its SDKs use for them; empty if none was sent.</summary>
    public static Dictionary<string, string> Read(AuthConfig config, Dictionary<string, JsonElement>? sent)
    {
        var typed = new Dictionary<string, string>();
        var own = config.Scheme.AskedFields;
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

    /// <exception cref="Problem">The provider refuses it.</exception>
    public async Task<WonCredential> TryAsync(
        AuthConfig config, IReadOnlyDictionary<string, string> variables, Dictionary<string, string> typed, CancellationToken ct) =>
        await TypedCredentials.TryAsync(config, variables, typed, config.Scopes, probe, tokens, database, ct)
        ?? throw new Problem(Refusal.CredentialRefused);

    /// <summary>From here on the caller may go away: what was won is kept.</summary>
    public async Task StoreAsync(
        Id<IdKinds.Project> project, Id<IdKinds.Account> id, AuthConfig config, WonCredential won, AuditEvent because)
    {
        var account = await database.FindAccountAsync(project, id, CancellationToken.None) ?? throw new Problem(Refusal.NotFound);
        var fresh = new NewCredential
        {
            Sealed = await vault.SealAfreshAsync(
                account.SecretPlace(account.CredVersion + 1), won.Credential.ToBytes(), CancellationToken.None),
            ExpiresAt = won.Credential.ExpiresAt,
            CanRefresh = won.Credential.CanRefresh(config.Scheme),
            Scopes = won.Scopes,
            Subject = won.Subject ?? account.Subject,
            Label = won.Label ?? account.SubjectLabel,
            Params = JsonSerializer.Serialize(won.Variables, ConnectJson.Default.IReadOnlyDictionaryStringString),
        };
        await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                var row = await session.FindAccountAsync(project, id) ?? throw new Problem(Refusal.NotFound);
                if (row.Subject is { } old && won.Subject is { } now && now != old)
                {
                    throw new Problem(Refusal.SubjectChanged);
                }

                await session.StoreCredentialAsync(Changeable(row), config, fresh, because);
            },
            CancellationToken.None);
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

    /// <summary>What is waiting for its user, switched off or revoked gets no credential behind its back.</summary>
    public static AccountRow Changeable(AccountRow row) =>
        row.Status is AccountStatus.Initializing or AccountStatus.Active or AccountStatus.Expired
            ? row
            : throw new Problem(Refusal.Conflict, $"An account that is {row.Status.WireName()} takes no other credential.");
}
