using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Behalf.Sandbox;
using Behalf.Sandbox.Provider;
using Microsoft.AspNetCore.WebUtilities;

namespace Behalf.Tests.Sandbox;

/// <summary>What the token endpoint gave.</summary>
internal sealed record Tokens(string Access, string Refresh, JsonObject Answer);

/// <summary>A provider with one app registered, and an app developer's plain HTTP client for it.</summary>
internal sealed class TestProvider : IAsyncDisposable
{
    public const string Callback = "http://127.0.0.1:1/callback";
    public const string Everything = "profile mail.read mail.send chat.read chat.write issues.read issues.write";

    private TestProvider(SandboxHost host, ShiftedTime clock)
    {
        (Host, Clock) = (host, clock);
        App = host.Apps.Register("Test App", Callback);
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(host.BaseUrl),
        };
    }

    public SandboxHost Host { get; }

    public ShiftedTime Clock { get; }

    public App App { get; }

    public HttpClient Http { get; }

    public string Verifier { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static async Task<TestProvider> StartAsync(ProviderModes? modes = null, bool controls = false)
    {
        var clock = new ShiftedTime();
        var options = new SandboxOptions { Modes = modes ?? new ProviderModes(), Controls = controls, Time = clock };
        return new TestProvider(await SandboxHost.StartAsync(options, TestContext.Current.CancellationToken), clock);
    }

    public Uri AuthorizeUrl(string scope = Everything, params (string Name, string? Value)[] changes)
    {
        var query = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = App.ClientId,
            ["redirect_uri"] = Callback,
            ["scope"] = scope,
            ["state"] = "the state/&",
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
        {
            query[name] = value;
        }

        return new Uri(QueryHelpers.AddQueryString(
            $"{Host.BaseUrl}/oauth/authorize", query.Where(pair => pair.Value is not null)));
    }

    public static async Task<Dictionary<string, string>> WalkAsync(Uri authorizeUrl, string user, bool allow = true)
    {
        using var walker = new ConsentWalker();
        return Query(await walker.WalkAsync(authorizeUrl, user, allow, TestContext.Current.CancellationToken));
    }

    public static Dictionary<string, string> Query(Uri location) =>
        QueryHelpers.ParseQuery(location.Query).ToDictionary(pair => pair.Key, pair => pair.Value.Single()!);

    public async Task<string> CodeAsync(string user, string scope = Everything) =>
        (await WalkAsync(AuthorizeUrl(scope), user))["code"];

    public async Task<Tokens> ConnectAsync(string user, string scope = Everything)
    {
        using var response = await RedeemAsync(await CodeAsync(user, scope));
        return await ReadAsync(response);
    }

    public Task<HttpResponseMessage> RedeemAsync(string code, params (string Name, string? Value)[] changes) => PostAsync(
        "/oauth/token",
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Callback), ("code_verifier", Verifier), .. changes]);

    public Task<HttpResponseMessage> RefreshAsync(string refreshToken, params (string Name, string? Value)[] changes) =>
        PostAsync("/oauth/token", [("grant_type", "refresh_token"), ("refresh_token", refreshToken), .. changes]);

    public async Task<Tokens> RefreshedAsync(string refreshToken)
    {
        using var response = await RefreshAsync(refreshToken);
        return await ReadAsync(response);
    }

    public Task<HttpResponseMessage> RevokeAsync(string token) => PostAsync("/oauth/revoke", [("token", token)]);

    /// <summary>Posts a form with the app's credentials in the body; a later pair replaces an earlier one, null removes
    /// it.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, (string Name, string? Value)[] fields)
    {
        var form = new Dictionary<string, string?> { ["client_id"] = App.ClientId, ["client_secret"] = App.ClientSecret };
        foreach (var (name, value) in fields)
        {
            form[name] = value;
        }

        using var content = new FormUrlEncodedContent(form.Where(pair => pair.Value is not null)!);
        return await Http.PostAsync(path, content, TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> ApiAsync(string token, string path, HttpMethod? method = null, object? body = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, path)
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<bool> WorksAsync(string accessToken)
    {
        using var response = await ApiAsync(accessToken, "/api/me");
        return response.IsSuccessStatusCode;
    }

    public static async Task<JsonObject> JsonAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;

    public static async Task<string> ErrorAsync(HttpResponseMessage response) =>
        $"{(int)response.StatusCode} {(await JsonAsync(response))["error"]}";

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
    }

    private static async Task<Tokens> ReadAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var answer = await JsonAsync(response);
        return new Tokens((string)answer["access_token"]!, (string?)answer["refresh_token"] ?? "", answer);
    }
}
