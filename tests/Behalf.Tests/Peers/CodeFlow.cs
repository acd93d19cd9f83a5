using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;

namespace Behalf.Tests.Peers;

/// <summary>What a token endpoint said.</summary>
internal sealed record TokenAnswer(HttpStatusCode Status, JsonElement Body)
{
    public string this[string field] => Body.TryGetProperty(field, out var value) && value.GetString() is { } text
        ? text
        : throw new InvalidOperationException($"no {field} in {(int)Status} {Body}");

    public bool Has(string field) => Body.TryGetProperty(field, out _);
}

/// <summary>The authorization code flow by hand, so that the peers are proven without any of our own code.</summary>
/// <remarks>The secret goes in a header or in the body (RFC 6749 §2.3.1), as the peer wants it.</remarks>
internal sealed class CodeFlow(Uri authorizeUrl, Uri tokenUrl, string clientId, string clientSecret, bool secretInBody)
    : IDisposable
{
    public static readonly Uri RedirectUri = new("http://127.0.0.1:9/callback");

    private readonly HttpClient http = new();

    public string Verifier { get; } = "verifier-0123456789-0123456789-0123456789-0123456789";

    public Uri Authorize(string? scope, params (string Name, string Value)[] more)
    {
        var query = HttpUtility.ParseQueryString("");
        query["response_type"] = "code";
        query["client_id"] = clientId;
        query["redirect_uri"] = RedirectUri.AbsoluteUri;
        query["state"] = "state-1";
        if (scope is not null)
        {
            query["scope"] = scope;
        }

        foreach (var (name, value) in more)
        {
            query[name] = value;
        }

        return new Uri($"{authorizeUrl}?{query}");
    }

    public Uri AuthorizeWithPkce(string? scope, params (string Name, string Value)[] more)
    {
        var challenge = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return Authorize(scope, [("code_challenge", challenge), ("code_challenge_method", "S256"), .. more]);
    }

    public static string Parameter(Uri callback, string name) =>
        HttpUtility.ParseQueryString(callback.Query)[name]
        ?? throw new InvalidOperationException($"no {name} in {callback}");

    public Task<TokenAnswer> ExchangeAsync(Uri callback, string verifier, CancellationToken ct) =>
        PostAsync(tokenUrl, new()
        {
            ["grant_type"] = "authorization_code",
            ["code"] = Parameter(callback, "code"),
            ["redirect_uri"] = RedirectUri.AbsoluteUri,
            ["code_verifier"] = verifier,
        }, ct);

    public Task<TokenAnswer> RefreshAsync(string refreshToken, CancellationToken ct) =>
        PostAsync(tokenUrl, new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken }, ct);

    /// <summary>Posts a form as the client.</summary>
    public async Task<TokenAnswer> PostAsync(Uri url, Dictionary<string, string> form, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (secretInBody)
        {
            (form["client_id"], form["client_secret"]) = (clientId, clientSecret);
        }
        else
        {
            var credentials = Encoding.UTF8.GetBytes($"{clientId}:{clientSecret}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
        }

        request.Content = new FormUrlEncodedContent(form);
        using var response = await http.SendAsync(request, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        // A revocation answers with nothing at all (RFC 7009 §2.2).
        var body = text.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(text) : default;
        return new TokenAnswer(response.StatusCode, body);
    }

    public Task<TokenAnswer> GetAsync(Uri url, string bearer, CancellationToken ct) =>
        SendAsync(HttpMethod.Get, url, bearer, null, ct);

    public Task<TokenAnswer> PostJsonAsync(Uri url, string bearer, object? body, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, url, bearer, body, ct);

    private async Task<TokenAnswer> SendAsync(
        HttpMethod method, Uri url, string bearer, object? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        request.Headers.UserAgent.ParseAdd("behalf-tests");
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        using var response = await http.SendAsync(request, ct);
        return new TokenAnswer(response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(ct));
    }

    public void Dispose() => http.Dispose();
}
