using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Provider;

namespace Behalf.Tests.Sandbox;

public sealed class LedgerTests
{
    [Fact]
    public async Task Two_users_calls_are_seen_with_two_credentials()
    {
        await using var provider = await TestProvider.StartAsync();
        foreach (var user in new[] { "alice", "bob", "alice", "bob" })
        {
            var tokens = await provider.ConnectAsync(user);
            await provider.ApiAsync(tokens.Access, "/api/mail/messages");
            await provider.ApiAsync(tokens.Access, "/api/me");
        }

        var log = (await provider.Http.GetFromJsonAsync<JsonArray>("/log.json"))!;
        Assert.Equal(8, log.Count);
        Assert.All(log, line => Assert.Equal(provider.App.Name, (string?)line!["app"]));
        var byFingerprint = log.ToLookup(line => (string)line!["fingerprint"]!, line => (string)line!["user"]!);
        Assert.Equal(4, byFingerprint.Count);
        Assert.All(byFingerprint, users => Assert.Single(users.Distinct()));

        var page = await provider.Http.GetStringAsync("/log");
        Assert.All(byFingerprint, users => Assert.Contains(users.Key, page, StringComparison.Ordinal));
        Assert.DoesNotContain("cnry_", page + log.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_kept_as_it_came()
    {
        await using var provider = await TestProvider.StartAsync();
        var tokens = await provider.ConnectAsync("alice");
        await provider.ApiAsync(tokens.Access, "/api/nowhere?a=1", HttpMethod.Post, new { note = "hello" });
        var seen = provider.Host.Ledger.Requests[^1];
        Assert.Equal(("POST", "/api/nowhere"), (seen.Method, seen.Path));
        Assert.Equal($"Bearer {tokens.Access}", seen.Headers["authorization"]);
        Assert.Equal("{\"note\":\"hello\"}", seen.Body);
        Assert.Equal(provider.Clock.GetUtcNow(), seen.Time);
        Assert.Equal(404, seen.Status);
    }

    [Theory]
    [InlineData("/api/%2e%2e/x?q=%41")]
    [InlineData("//elsewhere/api/me")]
    [InlineData("/api/../oauth/userinfo")]
    public async Task A_path_is_kept_as_it_was_written(string target)
    {
        await using var provider = await TestProvider.StartAsync();
        using (await RawCall.SendAsync(provider, "GET", target))
        {
            while (provider.Host.Ledger.Requests.Count == 0)
            {
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal(target, provider.Host.Ledger.Requests[0].Target);
    }

    [Fact]
    public async Task A_refused_call_is_nobodys()
    {
        await using var provider = await TestProvider.StartAsync();
        var tokens = await provider.ConnectAsync("alice");
        provider.Host.ExpireAccess("alice");
        await provider.ApiAsync(tokens.Access, "/api/me");
        var seen = provider.Host.Ledger.Requests[^1];
        Assert.Equal((Step.Api, null, 401), (seen.Step, seen.User, seen.Status));
        Assert.Empty(provider.Host.Ledger.CallsOf("alice"));
    }

    [Fact]
    public async Task Refreshes_of_a_family_that_run_at_once_are_counted_and_those_in_turn_are_not()
    {
        await using var provider = await TestProvider.StartAsync(new ProviderModes { Rotation = Rotation.None });
        var (alice, bob) = (await provider.ConnectAsync("alice"), await provider.ConnectAsync("bob"));
        for (var i = 0; i < 20; i++)
        {
            await provider.RefreshedAsync(bob.Refresh);
        }

        Assert.Equal(1, provider.Host.Ledger.MaxParallelRefreshes);

        provider.Host.Faults.Add(Step.Refresh, FaultKind.Timeout, count: 3);
        var calls = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RawCall.RefreshAsync(provider, alice.Refresh)));
        while (provider.Host.Ledger.Requests.Count(request => request.Fault == FaultKind.Timeout) < 3)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await provider.RefreshedAsync(bob.Refresh);
        var (ofAlice, ofBob) = (
            provider.Host.Ledger.LiveFamiliesOf("alice").Single().Id, provider.Host.Ledger.LiveFamiliesOf("bob").Single().Id);
        Assert.Equal(3, provider.Host.Ledger.ParallelRefreshes[ofAlice]);
        Assert.Equal(1, provider.Host.Ledger.ParallelRefreshes[ofBob]);
        Assert.Equal(21, provider.Host.Ledger.Refreshes);
        Array.ForEach(calls, call => call.Dispose());
    }

    [Fact]
    public async Task A_refresh_that_was_cut_off_is_over()
    {
        await using var provider = await TestProvider.StartAsync(new ProviderModes { Rotation = Rotation.None });
        var tokens = await provider.ConnectAsync("alice");
        foreach (var kind in new[] { FaultKind.RstBefore, FaultKind.RstAfter })
        {
            provider.Host.Faults.Add(Step.Refresh, kind);
            using var call = await RawCall.RefreshAsync(provider, tokens.Refresh);
            await call.ReadToEndAsync();
        }

        await provider.RefreshedAsync(tokens.Refresh);
        Assert.Equal(1, provider.Host.Ledger.MaxParallelRefreshes);
    }

    [Fact]
    public async Task What_lives_is_what_would_be_taken()
    {
        await using var provider = await TestProvider.StartAsync(new ProviderModes { Rotation = Rotation.Grace, GraceMs = 1000 });
        var first = await provider.ConnectAsync("alice");
        var second = await provider.RefreshedAsync(first.Refresh);
        var live = provider.Host.Ledger.LiveFamiliesOf("alice").Single();
        Assert.Equal([first.Access, second.Access], live.AccessTokens);
        Assert.Equal([first.Refresh, second.Refresh], live.RefreshTokens);
        Assert.Equal(1, live.Generation);

        provider.Clock.Advance(TimeSpan.FromHours(1));
        live = provider.Host.Ledger.LiveFamiliesOf("alice").Single();
        Assert.Empty(live.AccessTokens);
        Assert.Equal([second.Refresh], live.RefreshTokens);

        provider.Host.RevokeUser("alice");
        Assert.Empty(provider.Host.Ledger.LiveFamiliesOf("alice"));
        Assert.Equal(
            [TokenEventKind.Issued, TokenEventKind.Refreshed, TokenEventKind.Revoked],
            provider.Host.Ledger.Events.Select(entry => entry.Kind));
        Assert.All(provider.Host.Ledger.Events, entry => Assert.Equal(("alice", live.Id), (entry.User, entry.Family)));
    }

    [Fact]
    public async Task Only_the_latest_are_remembered_and_the_counts_go_on()
    {
        var options = new Behalf.Sandbox.SandboxOptions { LedgerCapacity = 5 };
        await using var host = await Behalf.Sandbox.SandboxHost.StartAsync(options, TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(host.BaseUrl) };
        for (var i = 1; i <= 9; i++)
        {
            using var response = await http.GetAsync($"/{i}");
        }

        Assert.Equal(["/5", "/6", "/7", "/8", "/9"], host.Ledger.Requests.Select(request => request.Path));
        Assert.Equal(9, host.Ledger.Requests[^1].Sequence);
    }
}
