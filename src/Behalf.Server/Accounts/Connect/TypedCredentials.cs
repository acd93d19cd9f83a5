using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.OAuth;
using Behalf.Catalog;
using Behalf.Storage;

namespace Behalf.Accounts.Connect;

/// <summary>From typed or posted fields to a credential that is known to work as far as the provider tells.</summary>
internal static class TypedCredentials
{
    /// <summary>Null if the provider refuses it.</summary>
    public static async Task<WonCredential?> TryAsync(
        AuthConfig config,
        IReadOnlyDictionary<string, string> variables,
        IReadOnlyDictionary<string, string> typed,
        IReadOnlyList<string> scopes,
        AccountProbe probe,
        TokenEndpoint tokens,
        IDatabase database,
        CancellationToken ct)
    {
        // Variables of URLs are no secrets and go with the account; the scheme's own fields go into the vault.
        var names = config.Toolkit.Variables.Select(v => v.Name).ToHashSet();
        var known = variables.Concat(typed.Where(t => names.Contains(t.Key))).Concat(config.Settings.Fields)
            .GroupBy(v => v.Key).ToDictionary(g => g.Key, g => g.Last().Value);
        var fields = typed.Where(t => !names.Contains(t.Key)).ToDictionary(t => t.Key, t => t.Value);
        var own = known.Where(v => !config.Settings.Fields.ContainsKey(v.Key)).ToDictionary(v => v.Key, v => v.Value);
        if (config.Scheme is not ClientCredentialsScheme scheme)
        {
            var credential = new Credential { Fields = fields };
            var verdict = await probe.TryAsync(config.Toolkit, config.Scheme, credential, known, ct);
            return verdict.Verdict == ProbeVerdict.Refused
                ? null
                : new WonCredential { Credential = credential, Subject = verdict.Subject, Label = verdict.Label, Variables = own };
        }

        var client = OAuthClients.ForClientCredentials(config, scheme, fields, known);
        var result = await tokens.ClientCredentialsAsync(client, scopes, TokenEndpoint.ExchangeDeadline, ct);
        if (result.Tokens is not { } answer)
        {
            return null;
        }

        var won = WonCredential.From(answer, scopes, await database.NowAsync(ct));
        return won with { Credential = won.Credential with { Fields = fields, RefreshToken = null }, Variables = own };
    }
}
