using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Provider;

namespace Behalf.Tests.Sandbox;

public sealed class TokenTests
{
    [Fact]
    public async Task A_code_gives_tokens_that_say_what_and_whose_they_are()
    {
        await using var provider = await TestProvider.StartAsync();
        var tokens = await provider.ConnectAsync("alice", "mail.read profile");
        Assert.Equal(
            ["access_token", "expires_in", "refresh_token", "scope", "token_type", "user"],
            tokens.Answer.Select(pair => pair.Key).Order());
        Assert.Equal("Bearer", (string?)tokens.Answer["token_type"]);
        Assert.Equal(3600, (int)tokens.Answer["expires_in"]!);
        Assert.Equal("profile mail.read", (string?)tokens.Answer["scope"]);
        Assert.Equal(("alice", "Alice Adams"), ((string?)tokens.Answer["user"]!["id"], (string?)tokens.Answer["user"]!["name"]));
        Assert.All([tokens.Access, tokens.Refresh], token => Assert.Contains("cnry_", token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Token_answers_are_not_stored_by_caches()
    {
        await using var provider = await TestProvider.StartAsync();
        using var response = await provider.RedeemAsync(await provider.CodeAsync("alice"));
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal("no-cache", response.Headers.Pragma.ToString());
    }

    [Fact]
    public async Task A_wrong_verifier_gives_nothing_and_spends_the_code()
    {
        await using var provider = await TestProvider.StartAsync();
        var code = await provider.CodeAsync("alice");
        using var wrong = await provider.RedeemAsync(code, ("code_verifier", provider.Verifier[..^1] + "!"));
        Assert.Equal("400 invalid_grant", await TestProvider.ErrorAsync(wrong));
        using var right = await provider.RedeemAsync(code);
        Assert.Equal("400 invalid_grant", await TestProvider.ErrorAsync(right));
        Assert.Empty(provider.Host.Ledger.LiveFamilies);
    }

    [Theory]
    [InlineData("redirect_uri", "http://127.0.0.1:1/other", "400 invalid_grant")]
    [InlineData("redirect_uri", null, "400 invalid_request")]
    [InlineData("code_verifier", null, "400 invalid_request")]
    [InlineData("code", "sbc_cnry_unknown", "400 invalid_grant")]
    [InlineData("grant_type", "password", "400 unsupported_grant_type")]
    [InlineData("grant_type", null, "400 invalid_request")]
    [InlineData("client_secret", "wrong", "401 invalid_client")]
    [InlineData("client_secret", null, "401 invalid_client")]
    [InlineData("client_id", "app_unknown", "401 invalid_client")]
    public async Task What_is_wrong_with_a_token_request_is_named(string name, string? value, string expected)
    {
        await using var provider = await TestProvider.StartAsync();
        using var response = await provider.RedeemAsync(await provider.CodeAsync("alice"), (name, value));
        Assert.Equal(expected, await TestProvider.ErrorAsync(response));
        Assert.Empty(provider.Host.Ledger.LiveFamilies);
    }

    [Fact]
    public async Task A_code_used_twice_takes_along_what_it_gave()
    {
        await using var provider = await TestProvider.StartAsync();
        var code = await provider.CodeAsync("alice");
        using var first = await provider.RedeemAsync(code);
        var access = (string)(await TestProvider.JsonAsync(first))["access_token"]!;
        Assert.True(await provider.WorksAsync(access));

        using var second = await provider.RedeemAsync(code);
        Assert.Equal("400 invalid_grant", await TestProvider.ErrorAsync(second));
        Assert.False(await provider.WorksAsync(access));
        Assert.Equal(1, provider.Host.Ledger.Count(TokenEventKind.CodeReuseRevoked));
    }

    [Theory]
    [InlineData(59, true)]
    [InlineData(60, false)]
    public async Task A_code_lives_for_less_than_a_minute(int seconds, bool works)
    {
        await using var provider = await TestProvider.StartAsync();
        var code = await provider.CodeAsync("alice");
        provider.Clock.Advance(TimeSpan.FromSeconds(seconds));
        using var response = await provider.RedeemAsync(code);
        Assert.Equal(works, response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Another_app_can_neither_use_nor_spend_a_code()
    {
        await using var provider = await TestProvider.StartAsync();
        var other = provider.Host.Apps.Register("Other", TestProvider.Callback);
        var code = await provider.CodeAsync("alice");
        using var stolen = await provider.RedeemAsync(code, ("client_id", other.ClientId), ("client_secret", other.ClientSecret));
        Assert.Equal("400 invalid_grant", await TestProvider.ErrorAsync(stolen));
        using var own = await provider.RedeemAsync(code);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Fact]
    public async Task Another_app_cannot_use_a_refresh_token_nor_end_its_family()
    {
        await using var provider = await TestProvider.StartAsync(new ProviderModes { Rotation = Rotation.Strict });
        var other = provider.Host.Apps.Register("Other", TestProvider.Callback);
        var tokens = await provider.ConnectAsync("alice");
        using var stolen = await provider.RefreshAsync(
            tokens.Refresh, ("client_id", other.ClientId), ("client_secret", other.ClientSecret));
        Assert.Equal("400 invalid_grant", await TestProvider.ErrorAsync(stolen));
        Assert.NotEmpty((await provider.RefreshedAsync(tokens.Refresh)).Access);
    }

    [Fact]
    public async Task The_client_may_authenticate_in_the_header_but_not_in_both_places()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Http.DefaultRequestHeaders.Authorization = Basic(provider.App.ClientId, provider.App.ClientSecret);
        var code = await provider.CodeAsync("alice");
        using var both = await provider.RedeemAsync(code);
        Assert.Equal("400 invalid_request", await TestProvider.ErrorAsync(both));

        using var header = await provider.RedeemAsync(code, ("client_id", null), ("client_secret", null));
        Assert.Equal(HttpStatusCode.OK, header.StatusCode);

        provider.Http.DefaultRequestHeaders.Authorization = Basic(provider.App.ClientId, "wrong");
        using var wrong = await provider.RedeemAsync(code, ("client_id", null), ("client_secret", null));
        Assert.Equal("401 invalid_client", await TestProvider.ErrorAsync(wrong));
        Assert.Equal("Basic", wrong.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task A_repeated_parameter_or_another_kind_of_body_is_an_invalid_request()
    {
        await using var provider = await TestProvider.StartAsync();
        using var twice = await provider.Http.PostAsync(
            "/oauth/token", new StringContent("scope=a&scope=b", Encoding.ASCII, "application/x-www-form-urlencoded"));
        Assert.Equal("400 invalid_request", await TestProvider.ErrorAsync(twice));
        using var json = await provider.Http.PostAsync("/oauth/token", new StringContent("{}", Encoding.ASCII, "application/json"));
        Assert.Equal("400 invalid_request", await TestProvider.ErrorAsync(json));
    }

    [Fact]
    public async Task An_app_gets_a_token_of_its_own_without_a_refresh_token()
    {
        await using var provider = await TestProvider.StartAsync();
        using var response = await provider.PostAsync(
            "/oauth/token", [("grant_type", "client_credentials"), ("scope", "profile issues.write")]);
        var answer = await TestProvider.JsonAsync(response);
        Assert.False(answer.ContainsKey("refresh_token"));
        Assert.False(answer.ContainsKey("user"));

        using var me = await provider.ApiAsync((string)answer["access_token"]!, "/api/me");
        Assert.Equal(provider.App.ClientId, (string?)(await TestProvider.JsonAsync(me))["id"]);
    }

    [Theory]
    [InlineData("missing", null)]
    [InlineData("string", "\"3600\"")]
    [InlineData("negative", "-1")]
    [InlineData("huge", "9223372036854775807")]
    public async Task The_lifetime_can_be_told_in_odd_ways(string mode, string? json)
    {
        var expiresIn = Enum.Parse<ExpiresIn>(mode, ignoreCase: true);
        await using var provider = await TestProvider.StartAsync(new ProviderModes { ExpiresIn = expiresIn });
        var tokens = await provider.ConnectAsync("alice");
        Assert.Equal(json, tokens.Answer["expires_in"]?.ToJsonString());
        Assert.True(await provider.WorksAsync(tokens.Access));
    }

    [Fact]
    public async Task The_provider_can_say_that_the_tokens_are_someone_elses()
    {
        await using var provider = await TestProvider.StartAsync();
        var tokens = await provider.ConnectAsync("alice");
        provider.Host.Modes = provider.Host.Modes with { Subject = Subject.Other };
        var refreshed = await provider.RefreshedAsync(tokens.Refresh);
        Assert.Equal("alice-other", (string?)refreshed.Answer["user"]!["id"]);
        using var info = await provider.ApiAsync(refreshed.Access, "/oauth/userinfo");
        Assert.Equal("alice-other", (string?)(await TestProvider.JsonAsync(info))["sub"]);
    }

    private static AuthenticationHeaderValue Basic(string id, string secret) => new(
        "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(secret)}")));
}
