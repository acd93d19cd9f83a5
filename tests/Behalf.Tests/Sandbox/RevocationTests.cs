using System.Net;
using Behalf.Sandbox.Provider;

namespace Behalf.Tests.Sandbox;

public sealed class RevocationTests
{
    [Fact]
    public async Task A_revoked_refresh_token_takes_its_family_along()
    {
        await using var provider = await TestProvider.StartAsync();
        var first = await provider.ConnectAsync("alice");
        var second = await provider.RefreshedAsync(first.Refresh);
        using var response = await provider.RevokeAsync(second.Refresh);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(await provider.WorksAsync(first.Access));
        Assert.False(await provider.WorksAsync(second.Access));
        using var refresh = await provider.RefreshAsync(second.Refresh);
        Assert.Equal("400 invalid_grant", await TestProvider.ErrorAsync(refresh));
        Assert.Empty(provider.Host.Ledger.LiveFamilies);
    }

    [Fact]
    public async Task A_revoked_access_token_takes_nothing_along()
    {
        await using var provider = await TestProvider.StartAsync();
        var tokens = await provider.ConnectAsync("alice");
        await provider.RevokeAsync(tokens.Access);
        Assert.False(await provider.WorksAsync(tokens.Access));
        Assert.True(await provider.WorksAsync((await provider.RefreshedAsync(tokens.Refresh)).Access));
    }

    [Fact]
    public async Task An_unknown_token_is_revoked_already()
    {
        await using var provider = await TestProvider.StartAsync();
        using var unknown = await provider.RevokeAsync("sbr_cnry_never");
        Assert.Equal(HttpStatusCode.OK, unknown.StatusCode);
        var tokens = await provider.ConnectAsync("alice");
        await provider.RevokeAsync(tokens.Refresh);
        using var again = await provider.RevokeAsync(tokens.Refresh);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task Only_the_app_that_has_a_token_can_revoke_it()
    {
        await using var provider = await TestProvider.StartAsync();
        var tokens = await provider.ConnectAsync("alice");
        var other = provider.Host.Apps.Register("Other");
        using var foreign = await provider.PostAsync(
            "/oauth/revoke", [("token", tokens.Refresh), ("client_id", other.ClientId), ("client_secret", other.ClientSecret)]);
        Assert.Equal("400 invalid_grant", await TestProvider.ErrorAsync(foreign));
        using var nobody = await provider.PostAsync("/oauth/revoke", [("token", tokens.Refresh), ("client_secret", "wrong")]);
        Assert.Equal("401 invalid_client", await TestProvider.ErrorAsync(nobody));
        Assert.True(await provider.WorksAsync(tokens.Access));
    }

    [Theory]
    [InlineData(RevokeReach.Family, true)]
    [InlineData(RevokeReach.Grant, false)]
    internal async Task How_far_it_goes_is_a_mode(RevokeReach reach, bool siblingLives)
    {
        await using var provider = await TestProvider.StartAsync(new ProviderModes { RevokeReach = reach });
        var (one, sibling, bob) = (
            await provider.ConnectAsync("alice"), await provider.ConnectAsync("alice"), await provider.ConnectAsync("bob"));
        await provider.RevokeAsync(one.Access);
        Assert.False(await provider.WorksAsync(one.Access));
        Assert.Equal(siblingLives, await provider.WorksAsync(sibling.Access));
        Assert.True(await provider.WorksAsync(bob.Access));
    }

    [Fact]
    public async Task A_user_can_take_everything_back_at_the_provider()
    {
        await using var provider = await TestProvider.StartAsync();
        var other = provider.Host.Apps.Register("Other");
        var (alice, bob) = (await provider.ConnectAsync("alice"), await provider.ConnectAsync("bob"));
        var key = provider.Host.Users.MintApiKey(provider.Host.Users.Find("alice")!);

        provider.Host.RevokeUser("alice", other.ClientId);
        Assert.True(await provider.WorksAsync(alice.Access));
        provider.Host.RevokeUser("alice", provider.App.ClientId);
        Assert.False(await provider.WorksAsync(alice.Access));
        Assert.True(await provider.WorksAsync(bob.Access));
        Assert.NotNull(provider.Host.Users.FindSecret(key));
        provider.Host.RevokeUser("alice");
        Assert.Null(provider.Host.Users.FindSecret(key));
    }
}
