using System.Text;
using Behalf.Accounts.AuthConfigs;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts.OAuth;

/// <summary>Makes an auth config's client registration ready for use.</summary>
internal sealed class OAuthClients(IDatabase database, SecretVault vault, ManagedApps managed)
{
    /// <summary>Null while the config has no client id: it was made before the app was registered.</summary>
    /// <exception cref="CatalogException">The variables do not fill the toolkit's URLs.</exception>
    public async Task<OAuthClient?> FindAsync(
        AuthConfig config, IReadOnlyDictionary<string, string> variables, AuditEvent because, CancellationToken ct)
    {
        if (config.Scheme is not OAuth2Scheme scheme)
        {
            return null;
        }

        var known = Known(config, variables);
        if (await RegistrationAsync(config, because, ct) is not { } app)
        {
            return null;
        }

        string Fill(UrlTemplate url) => url.Fill(config.Toolkit.Variables, known);
        return new OAuthClient
        {
            ClientId = app.ClientId,
            ClientSecret = app.ClientSecret,
            Toolkit = config.Toolkit,
            TokenUrl = Fill(scheme.TokenUrl),
            RefreshUrl = scheme.RefreshUrl is null ? null : Fill(scheme.RefreshUrl),
            ClientAuth = scheme.ClientAuth,
            Capture = scheme.Token,
            Quirks = scheme.Quirks,
            Revoke = scheme.Revoke,
            Variables = known,
            FreshConnection = scheme.Refresh.Rotation.Policy == RotationPolicy.Strict,
        };
    }

    /// <summary>RFC 6749 §4.4: the client belongs to the account, its id and secret are the account's fields.</summary>
    public static OAuthClient ForClientCredentials(
        AuthConfig config, ClientCredentialsScheme scheme, IReadOnlyDictionary<string, string> fields, IReadOnlyDictionary<string, string> variables) => new()
    {
        ClientId = fields.GetValueOrDefault("client_id") ?? "",
        ClientSecret = new Secret(fields.GetValueOrDefault("client_secret") ?? ""),
        Toolkit = config.Toolkit,
        TokenUrl = scheme.TokenUrl.Fill(config.Toolkit.Variables, variables),
        ClientAuth = scheme.ClientAuth,
        Capture = scheme.Token,
        Quirks = scheme.Quirks,
        Revoke = scheme.Revoke,
        Variables = variables,
    };

    /// <summary>What fills the toolkit's URLs: the config's word counts before the connection's.</summary>
    public static Dictionary<string, string> Known(AuthConfig config, IReadOnlyDictionary<string, string> variables) =>
        config.Settings.Fields.Concat(variables.Where(v => !config.Settings.Fields.ContainsKey(v.Key))).ToDictionary(v => v.Key, v => v.Value);

    /// <summary>Tells a caller at once what a refresh in the background can only put off.</summary>
    /// <exception cref="CatalogException">The variables do not fill the toolkit's URLs.</exception>
    public static void CheckVariables(AuthConfig config, IReadOnlyDictionary<string, string> variables)
    {
        if (config.Scheme is OAuth2Scheme { TokenUrl: var url })
        {
            url.Fill(config.Toolkit.Variables, Known(config, variables));
        }
    }

    /// <summary>The client's id and secret alone, which no variable can spoil; null while there is none.</summary>
    public async Task<ManagedApp?> RegistrationAsync(AuthConfig config, AuditEvent because, CancellationToken ct)
    {
        if (config.Row.Managed)
        {
            return managed.Find(config.Toolkit.Slug);
        }

        if (config.Row.ClientId is not { Length: > 0 } clientId)
        {
            return null;
        }

        if (config.Row.SecretVersion == 0)
        {
            return new ManagedApp(clientId, new Secret(""));
        }

        var owner = config.SecretOwner;
        var row = await database.FindSecretAsync(owner.Project, owner.Id, SecretKind.ClientSecret, ct) ?? throw new Problem(Refusal.CredentialIntegrity);
        using var secret = await vault.OpenAsync(config.SecretPlace(config.Row.SecretVersion), row, Use.ToldWithItsEffect(because), ct);
        return new ManagedApp(clientId, new Secret(Encoding.UTF8.GetString(secret.Span)));
    }
}
