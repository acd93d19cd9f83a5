using System.Net;
using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Provider;

namespace Behalf.Tests.Sandbox;

public sealed class RotationTests
{
    [Fact]
    public async Task None_keeps_the_refresh_token()
    {
        await using var provider = await Start(Rotation.None);
        var first = await provider.ConnectAsync("alice");
        var second = await provider.RefreshedAsync(first.Refresh);
        Assert.Equal(first.Refresh, second.Refresh);
        Assert.NotEqual(first.Access, second.Access);
        Assert.Equal(first.Refresh, (await provider.RefreshedAsync(first.Refresh)).Refresh);
    }

    [Fact]
    public async Task Grace_takes_the_old_one_while_it_lasts_and_both_answers_go_on()
    {
        await using var provider = await Start(Rotation.Grace);
        var first = await provider.ConnectAsync("alice");
        var lost = await provider.RefreshedAsync(first.Refresh);
        provider.Clock.Advance(TimeSpan.FromMilliseconds(9_999));
        var again = await provider.RefreshedAsync(first.Refresh);
        Assert.NotEqual(lost.Refresh, again.Refresh);
        Assert.Single(provider.Host.Ledger.LiveFamilies);
        Assert.Equal(1, provider.Host.Ledger.Count(TokenEventKind.RefreshedAgain));

        provider.Clock.Advance(TimeSpan.FromDays(1));
        await provider.RefreshedAsync(again.Refresh);
        await provider.RefreshedAsync(lost.Refresh);
    }

    [Fact]
    public async Task After_the_grace_reuse_revokes_the_whole_family()
    {
        await using var provider = await Start(Rotation.Grace);
        var first = await provider.ConnectAsync("alice");
        var second = await provider.RefreshedAsync(first.Refresh);
        provider.Clock.Advance(TimeSpan.FromMilliseconds(10_000));
        await AssertReuseRevokes(provider, first, second);
    }

    [Fact]
    public async Task Reuse_in_the_grace_does_not_lengthen_it()
    {
        await using var provider = await Start(Rotation.Grace);
        var first = await provider.ConnectAsync("alice");
        await provider.RefreshedAsync(first.Refresh);
        provider.Clock.Advance(TimeSpan.FromSeconds(6));
        var second = await provider.RefreshedAsync(first.Refresh);
        provider.Clock.Advance(TimeSpan.FromSeconds(6));
        await AssertReuseRevokes(provider, first, second);
    }

    [Fact]
    public async Task Until_used_takes_the_old_one_for_as_long_as_no_successor_was_used()
    {
        await using var provider = await Start(Rotation.UntilUsed);
        var first = await provider.ConnectAsync("alice");
        await provider.RefreshedAsync(first.Refresh);
        provider.Clock.Advance(TimeSpan.FromDays(20));
        var second = await provider.RefreshedAsync(first.Refresh);
        Assert.True(await provider.WorksAsync(second.Access));
        await provider.RefreshedAsync(first.Refresh);

        var third = await provider.RefreshedAsync(second.Refresh);
        await AssertReuseRevokes(provider, first, third);
    }

    [Fact]
    public async Task Strict_revokes_the_family_at_the_first_reuse()
    {
        await using var provider = await Start(Rotation.Strict);
        var first = await provider.ConnectAsync("alice");
        var second = await provider.RefreshedAsync(first.Refresh);
        await AssertReuseRevokes(provider, first, second);
    }

    [Theory]
    [InlineData(Rotation.None, 8, 0)]
    [InlineData(Rotation.Grace, 8, 0)]
    [InlineData(Rotation.UntilUsed, 8, 0)]
    [InlineData(Rotation.Strict, 1, 1)]
    internal async Task Eight_refreshes_at_once_do_what_the_rotation_says(Rotation rotation, int given, int revocations)
    {
        await using var provider = await Start(rotation);
        var tokens = await provider.ConnectAsync("alice");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => provider.RefreshAsync(tokens.Refresh)));
        Assert.Equal(given, answers.Count(answer => answer.IsSuccessStatusCode));
        Assert.Equal((given, revocations), (provider.Host.Ledger.Refreshes, provider.Host.Ledger.ReuseRevocations));
        Assert.Equal(revocations == 0, provider.Host.Ledger.LiveFamiliesOf("alice").Count == 1);
    }

    [Fact]
    public async Task Reuse_hits_one_family_and_no_other_of_the_same_user_and_app()
    {
        await using var provider = await Start(Rotation.Strict);
        var (first, other) = (await provider.ConnectAsync("alice"), await provider.ConnectAsync("alice"));
        await AssertReuseRevokes(provider, first, await provider.RefreshedAsync(first.Refresh));
        Assert.True(await provider.WorksAsync(other.Access));
        await provider.RefreshedAsync(other.Refresh);
    }

    [Fact]
    public async Task The_rotation_can_be_changed_while_it_runs()
    {
        await using var provider = await Start(Rotation.Grace);
        var first = await provider.ConnectAsync("alice");
        var second = await provider.RefreshedAsync(first.Refresh);
        provider.Host.Modes = provider.Host.Modes with { Rotation = Rotation.Strict };
        await AssertReuseRevokes(provider, first, second);
    }

    [Fact]
    public async Task An_answer_without_a_refresh_token_leaves_the_old_one_in_force()
    {
        await using var provider = await Start(Rotation.Strict);
        provider.Host.Modes = provider.Host.Modes with { IncludeRefreshTokenOnRefresh = false };
        var first = await provider.ConnectAsync("alice");
        Assert.Empty((await provider.RefreshedAsync(first.Refresh)).Refresh);
        Assert.Empty((await provider.RefreshedAsync(first.Refresh)).Refresh);
        Assert.Equal(0, provider.Host.Ledger.ReuseRevocations);
    }

    [Fact]
    public async Task A_refresh_token_that_is_not_used_for_too_long_is_dead_and_use_keeps_it_alive()
    {
        await using var provider = await Start(Rotation.None);
        provider.Host.Modes = provider.Host.Modes with { IdleLimitS = 100 };
        var tokens = await provider.ConnectAsync("alice");
        provider.Clock.Advance(TimeSpan.FromSeconds(100));
        await provider.RefreshedAsync(tokens.Refresh);
        provider.Clock.Advance(TimeSpan.FromSeconds(100));
        await provider.RefreshedAsync(tokens.Refresh);
        provider.Clock.Advance(TimeSpan.FromSeconds(101));
        using var late = await provider.RefreshAsync(tokens.Refresh);
        Assert.Equal("400 invalid_grant", await TestProvider.ErrorAsync(late));
        Assert.Equal(1, provider.Host.Ledger.Count(TokenEventKind.RefreshRefused));
    }

    [Fact]
    public async Task A_refresh_may_ask_for_less_but_not_for_more()
    {
        await using var provider = await Start(Rotation.Grace);
        var tokens = await provider.ConnectAsync("alice", "profile mail.read");
        using var more = await provider.RefreshAsync(tokens.Refresh, ("scope", "profile chat.read"));
        Assert.Equal("400 invalid_scope", await TestProvider.ErrorAsync(more));
        using var less = await provider.RefreshAsync(tokens.Refresh, ("scope", "mail.read"));
        var access = (string)(await TestProvider.JsonAsync(less))["access_token"]!;
        using var me = await provider.ApiAsync(access, "/api/me");
        Assert.Equal(HttpStatusCode.Forbidden, me.StatusCode);
    }

    [Fact]
    public async Task An_access_token_ends_with_its_lifetime()
    {
        await using var provider = await Start(Rotation.Grace);
        provider.Host.Modes = provider.Host.Modes with { AccessTokenLifetimeS = 60 };
        var tokens = await provider.ConnectAsync("alice");
        provider.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.True(await provider.WorksAsync(tokens.Access));
        provider.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await provider.WorksAsync(tokens.Access));
        Assert.True(await provider.WorksAsync((await provider.RefreshedAsync(tokens.Refresh)).Access));
    }

    private static Task<TestProvider> Start(Rotation rotation) =>
        TestProvider.StartAsync(new ProviderModes { Rotation = rotation, GraceMs = 10_000 });

    private static async Task AssertReuseRevokes(TestProvider provider, Tokens reused, Tokens newest)
    {
        Assert.True(await provider.WorksAsync(newest.Access));
        using var answer = await provider.RefreshAsync(reused.Refresh);
        Assert.Equal("400 invalid_grant", await TestProvider.ErrorAsync(answer));
        Assert.Equal(1, provider.Host.Ledger.ReuseRevocations);
        Assert.False(await provider.WorksAsync(newest.Access));
        using var after = await provider.RefreshAsync(newest.Refresh);
        Assert.Equal("400 invalid_grant", await TestProvider.ErrorAsync(after));
        Assert.Equal(1, provider.Host.Ledger.ReuseRevocations);
    }
}
