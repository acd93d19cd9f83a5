using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>Everything a provider can do wrong, at every request that is made to it: each cell has one end, and only a refusal of
/// the grant itself, or an answer that a strict provider's rotation lost, ends an account.</summary>
public sealed class ProviderTroubleTests
{
    public static TheoryData<string, string> Rotations =>
        new MatrixTheoryData<string, string>(ChaosSize.IsShort ? ["sqlite"] : ["sqlite", "postgres"], ["none", "grace", "until_used", "strict"]);

    public static TheoryData<string> Engines => ChaosSize.IsShort ? ["postgres"] : ["sqlite", "postgres"];

    [Theory, MemberData(nameof(Rotations))]
    public async Task A_refresh_that_goes_wrong_costs_an_account_only_where_the_grant_is_gone(string engine, string rotation)
    {
        await using var crash = await CrashWorld.CreateAsync(engine, rotation);
        var wrong = new List<string>();
        var accounts = new List<(ProviderTrouble Trouble, string Id)>();
        foreach (var trouble in ProviderTrouble.All)
        {
            var account = await crash.ConnectAsync($"user_{accounts.Count}");
            accounts.Add((trouble, account));
            var answer = await trouble.DuringAsync(crash.World.Provider, Step.Refresh, () => RefreshAsync(crash, account));
            Note(wrong, trouble, trouble.Odd is not null || trouble.Fault == FaultKind.InvalidGrant ? 200 : trouble.AsksForPause ? 503 : 502, answer.Status);
            Note(wrong, trouble, trouble.Fault == FaultKind.InvalidGrant ? "EXPIRED" : "ACTIVE", await crash.World.StatusAsync(account));

            await PostponeAsync(crash, "account_refresh");
            if (trouble.AsksForPause)
            {
                await crash.World.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(61));
            }
        }

        // Every pause and every access token has ended; what was unresolved was asked again.
        await crash.World.Server.Clock.AdvanceAsync(TimeSpan.FromHours(1));
        await crash.ResolvedAsync();
        foreach (var (trouble, account) in accounts)
        {
            var lost = rotation == "strict" && trouble.AnswerLost;
            var status = await crash.World.StatusAsync(account);
            Note(wrong, trouble, lost || trouble.Fault == FaultKind.InvalidGrant ? "EXPIRED" : "ACTIVE", status);
            if (status == "ACTIVE")
            {
                Note(wrong, trouble, 200, (await RefreshAsync(crash, account)).Status);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        // The provider only claimed that this grant was gone.
        crash.World.Provider.RevokeUser($"user_{ProviderTrouble.All.ToList().FindIndex(t => t.Fault == FaultKind.InvalidGrant)}");
        await Invariants.HoldAsync(crash);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_connection_that_goes_wrong_fails_with_a_reason_and_can_be_made_again(string engine)
    {
        await using var crash = await CrashWorld.CreateAsync(engine, "grace");
        var (world, wrong, number) = (crash.World, new List<string>(), 0);
        foreach (var trouble in ProviderTrouble.All.Append(new() { Name = "other subject", Odd = modes => modes with { Subject = Subject.Other } }))
        {
            var user = $"user_{number++}";
            world.Provider.Users.Create(user, user);
            var (link, account) = await world.LinkAsync(user);
            using var browser = new TestBrowser();
            var callback = await browser.ConsentAsync(await browser.ContinueAsync(link), user);
            await trouble.DuringAsync(world.Provider, Step.Token, () => browser.OpenAsync(callback));
            Note(wrong, trouble, trouble.Odd is null ? "FAILED" : "ACTIVE", await world.StatusAsync(account));
            if (trouble.Odd is null)
            {
                var reason = (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Json.GetProperty("status_reason").GetString();
                Note(wrong, trouble, trouble.Fault == FaultKind.InvalidClient ? "invalid_client" : "provider_error", reason);
                await crash.ConnectAsync(user);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        await Invariants.HoldAsync(crash);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_call_that_goes_wrong_is_told_as_such_and_made_once(string engine)
    {
        await using var crash = await CrashWorld.CreateAsync(engine, "grace");
        var (world, wrong) = (crash.World, new List<string>());
        var account = await crash.ConnectAsync("alice");
        (string Name, Func<string, Task<Answer>> Call)[] ways =
        [
            ("read", _ => world.ExecuteAsync("SANDBOX_LIST_ISSUES", "alice")),
            ("write", title => world.ExecuteAsync("SANDBOX_CREATE_ISSUE", "alice", new { title })),
            ("proxy", title => world.Project.PostAsync(
                "/api/v3.1/tools/execute/proxy", new { connected_account_id = account, endpoint = "/api/issues", method = "POST", body = new { title } })),
        ];
        foreach (var (trouble, way) in ProviderTrouble.Faults.SelectMany(trouble => ways, (trouble, way) => (trouble, way)))
        {
            var answer = await trouble.DuringAsync(world.Provider, Step.Api, () => way.Call($"{way.Name} {trouble.Name}"));
            Note(wrong, trouble with { Name = $"{way.Name} {trouble.Name}" }, Expected(trouble, way.Name), Outcome(answer));
            Note(wrong, trouble, "ACTIVE", await world.StatusAsync(account));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        await Invariants.HoldAsync(crash);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_revocation_that_goes_wrong_is_repeated_until_the_provider_says_done(string engine)
    {
        await using var crash = await CrashWorld.CreateAsync(engine, "grace");
        var (world, wrong) = (crash.World, new List<string>());
        foreach (var trouble in ProviderTrouble.Faults)
        {
            var account = await crash.ConnectAsync("user " + trouble.Name);
            var deleted = await trouble.DuringAsync(world.Provider, Step.Revoke, () => world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{account}"));
            Note(wrong, trouble, 200, deleted.Status);
            Note(wrong, trouble, trouble.SaysDone ? "revoked" : "queued", deleted.Json.GetProperty("upstream").GetString());
            await PostponeAsync(crash, "outbox");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromHours(1));
        await Eventually.HoldsAsync(async () => await crash.CountAsync("select count(*) from outbox where kind = 'revoke'") == 0);

        foreach (var trouble in ProviderTrouble.Faults.Where(trouble => !trouble.SaysDone || trouble.AnswerLost))
        {
            crash.Deleted.Add("user " + trouble.Name);
        }

        await Invariants.HoldAsync(crash);
    }

    /// <summary>Nothing is tried again beside the next cell, whose trouble would meet the wrong account.</summary>
    private static Task<int> PostponeAsync(CrashWorld crash, string table) => crash.World.Server.Database.WriteAsync(
        RowScope.System, s => s.ExecuteAsync($"update {table} set due_at = behalf_now() + 3000000 where due_at < behalf_now() + 3000000", null), CancellationToken.None);

    private static Task<Answer> RefreshAsync(CrashWorld crash, string account) =>
        crash.World.Project.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh");

    /// <summary>A write whose end is not known says so; the proxy shows what there is to show.</summary>
    private static string Expected(ProviderTrouble trouble, string way)
    {
        var unanswered = trouble.Fault is FaultKind.Timeout or FaultKind.TimeoutAfter or FaultKind.RstBefore or FaultKind.RstAfter or FaultKind.HalfClose or FaultKind.GzipBomb;
        var unknown = way == "read" ? "" : " outcome_unknown";
        return trouble.Fault switch
        {
            _ when unanswered => (way == "proxy" ? "refused" : "no_answer") + unknown,
            _ when way == "proxy" => "shown",

            // A 401: the credential is renewed, and the call made again.
            FaultKind.InvalidClient => "done",
            FaultKind.Status429 => "rate_limited",
            FaultKind.InvalidGrant or FaultKind.EchoSecret => "invalid",
            _ => "unavailable" + (trouble.SaysDone ? unknown : ""),
        };
    }

    private static string Outcome(Answer answer)
    {
        var unknown = answer.Text.Contains("outcome_unknown", StringComparison.Ordinal) ? " outcome_unknown" : "";
        return answer.Status switch
        {
            502 => "refused" + unknown,
            200 when answer.Json.TryGetProperty("headers", out _) => "shown",
            200 when answer.Json.GetProperty("successful").GetBoolean() => "done",
            200 => answer.Json.GetProperty("data").GetProperty("error_kind").GetString() + unknown,
            _ => $"{answer.Status} {answer.Text}",
        };
    }

    private static void Note<T>(List<string> wrong, ProviderTrouble trouble, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            wrong.Add($"{trouble.Name}: expected {expected}, got {actual}");
        }
    }
}
