using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Accounts.OAuth;

/// <summary>Calls to a provider's token endpoint: one request each, never a second, since a repeated code or refresh token
/// can cost the user the whole grant.</summary>
internal sealed class TokenEndpoint(GuardedHttp http, TimeProvider clock)
{
    /// <summary>Longer than any honest answer takes: a deadline that runs out loses as much as a crash.</summary>
    public static readonly TimeSpan ExchangeDeadline = TimeSpan.FromSeconds(30);

    public Task<TokenResult> ExchangeCodeAsync(
        OAuthClient client, string code, string redirectUri, string? verifier, CancellationToken ct)
    {
        var parameters = new List<KeyValuePair<string, string>>
        {
            new("grant_type", "authorization_code"),
            new(client.Quirks.CodeParameter, code),
            new("redirect_uri", redirectUri),
        };
        if (verifier is not null)
        {
            parameters.Add(new("code_verifier", verifier));
        }

        parameters.AddRange(client.Quirks.TokenParameters);
        return SendAsync(client, client.TokenUrl, parameters, ExchangeDeadline, ct);
    }

    public Task<TokenResult> RefreshAsync(
        OAuthClient client, string refreshToken, IReadOnlyList<string> scopes, TimeSpan deadline, CancellationToken ct)
    {
        var parameters = new List<KeyValuePair<string, string>>
        {
            new("grant_type", "refresh_token"),
            new("refresh_token", refreshToken),
        };
        if (client.Quirks.SendScopeOnRefresh && scopes.Count > 0)
        {
            parameters.Add(new("scope", string.Join(client.Quirks.ScopeSeparator, scopes)));
        }

        parameters.AddRange(client.Quirks.RefreshParameters);
        return SendAsync(client, client.RefreshUrl ?? client.TokenUrl, parameters, deadline, ct);
    }

    /// <summary>RFC 6749 §4.4.</summary>
    public Task<TokenResult> ClientCredentialsAsync(
        OAuthClient client, IReadOnlyList<string> scopes, TimeSpan deadline, CancellationToken ct)
    {
        var parameters = new List<KeyValuePair<string, string>> { new("grant_type", "client_credentials") };
        if (scopes.Count > 0 && !client.Quirks.OmitScope)
        {
            parameters.Add(new(client.Quirks.ScopeParameter, string.Join(client.Quirks.ScopeSeparator, scopes)));
        }

        parameters.AddRange(client.Quirks.TokenParameters);
        return SendAsync(client, client.TokenUrl, parameters, deadline, ct);
    }

    private async Task<TokenResult> SendAsync(
        OAuthClient client, string url, IEnumerable<KeyValuePair<string, string>> parameters, TimeSpan deadline, CancellationToken ct)
    {
        try
        {
            var response = await http.SendAsync(TokenRequest.Build(client, url, parameters, deadline), ct);
            return TokenResponse.Read(client, response, clock.GetUtcNow());
        }
        catch (EgressException e)
        {
            return new TokenResult { Refusal = TokenRefusal.Unavailable, ProvablyUnprocessed = e.Unsent };
        }
    }
}
