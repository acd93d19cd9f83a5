using Behalf.Catalog;
using Behalf.Wire;

namespace Behalf.Accounts.OAuth;

/// <summary>RFC 6749 §4.1.1 with RFC 7636, in the provider's own way.</summary>
internal static class AuthorizationUrl
{
    public static string Build(
        OAuthClient client, OAuth2Scheme scheme, IReadOnlyList<string> scopes, string redirectUri, string state, string verifier)
    {
        var quirks = scheme.Quirks;
        var parameters = new List<(string, string)>();
        if (!quirks.OmitResponseType)
        {
            parameters.Add(("response_type", "code"));
        }

        parameters.Add((quirks.ClientIdParameter, client.ClientId));
        parameters.Add(("redirect_uri", RedirectUri(quirks, redirectUri, state)));
        if (!quirks.OmitScope && scopes.Count > 0)
        {
            parameters.Add((quirks.ScopeParameter, string.Join(quirks.ScopeSeparator, scopes)));
        }

        if (!quirks.StateInRedirectUri)
        {
            parameters.Add(("state", state));
        }

        if (quirks.Pkce == Pkce.S256)
        {
            parameters.Add(("code_challenge", Connect.BrowserBinding.Challenge(verifier)));
            parameters.Add(("code_challenge_method", "S256"));
        }

        parameters.AddRange(quirks.AuthorizeParameters.Select(p => (p.Key, p.Value)));
        return WebUrl.WithQuery(scheme.AuthorizeUrl.Fill(client.Toolkit.Variables, client.Variables), [.. parameters]);
    }

    /// <summary>The token request must repeat it to the letter (RFC 6749 §4.1.3).</summary>
    public static string RedirectUri(Quirks quirks, string redirectUri, string state) =>
        quirks.StateInRedirectUri ? WebUrl.WithQuery(redirectUri, ("state", state)) : redirectUri;
}
