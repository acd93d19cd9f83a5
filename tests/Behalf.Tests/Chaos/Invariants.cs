using System.Text.Json;
using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>What holds after whatever happened. Reads HTTP, the provider's ledger and what the database holds, and nothing of
/// the server's inside.</summary>
internal static class Invariants
{
    public static async Task HoldAsync(CrashWorld crash)
    {
        OneRefreshAtATime(crash);
        await NothingIsLostAsync(crash);
        await WhatWasDeletedStaysDeletedAsync(crash);
        await EveryEffectHasItsEventAsync(crash);
        await NoSecretIsAnywhereAsync(crash);
        TroubleIsTyped(crash);
        NothingIsDoneTwice(crash);
    }

    /// <summary>I1. Whatever number of nodes and callers: the provider sees one.</summary>
    private static void OneRefreshAtATime(CrashWorld crash) => Assert.InRange(crash.World.Provider.Ledger.MaxParallelRefreshes, 0, 1);

    /// <summary>I2, I3. An account that says it works does; one that does not says why, the provider agrees, and it was told once.</summary>
    private static async Task NothingIsLostAsync(CrashWorld crash)
    {
        var ledger = crash.World.Provider.Ledger;
        foreach (var account in await AccountsAsync(crash))
        {
            var (id, user, status) = (Text(account, "id"), Text(account, "user_id"), Text(account, "status"));
            if (status == "ACTIVE")
            {
                var called = await crash.World.ExecuteAsync("SANDBOX_GET_ME", user);
                Assert.True(called.Status == 200 && called.Json.GetProperty("successful").GetBoolean(), $"{user} is ACTIVE: {called.Text}");
                Assert.NotEmpty(ledger.LiveFamiliesOf(user));
            }
            else if (status == "EXPIRED" && Text(account, "status_reason") is var reason && reason != "link_expired")
            {
                Assert.NotEqual("", reason);
                Assert.Empty(ledger.LiveFamiliesOf(user));
                Assert.Contains(ledger.Events, one => one.User == user && one.Kind is TokenEventKind.ReuseRevoked or TokenEventKind.RefreshRefused or TokenEventKind.Revoked);
                Assert.Equal(1, await crash.EventsAsync("account.expired", id));
                Assert.Equal(1, await crash.CountAsync($"select count(*) from webhook_delivery where event_type = 'composio.connected_account.expired' and body like '%{id}%'"));
            }
        }
    }

    /// <summary>I4. No call for it succeeds, and at the provider nothing of it lives.</summary>
    private static async Task WhatWasDeletedStaysDeletedAsync(CrashWorld crash)
    {
        foreach (var user in crash.Deleted.Distinct())
        {
            Assert.Equal(400, (await crash.World.ExecuteAsync("SANDBOX_GET_ME", user)).Status);
            Assert.Empty(crash.World.Provider.Ledger.LiveFamiliesOf(user));
        }
    }

    /// <summary>I5. Each writing of a credential has its event, no event is without one, and the chain is whole.</summary>
    private static async Task EveryEffectHasItsEventAsync(CrashWorld crash)
    {
        var wrong = await crash.World.Server.Database.QueryAsync<string>(
            RowScope.System,
            """
            select a.external_user from account a where a.cred_version <>
              (select count(*) from audit_event e where e.project_id = a.project_id and e.account_id = a.account_id
                and e.action in ('credential.refreshed', 'account.connected'))
            """,
            null,
            CancellationToken.None);
        Assert.Empty(wrong);
        var verified = (await crash.World.Project.GetAsync("/api/v3.1/audit/verify")).Expect(200).Json;
        Assert.True(verified.GetProperty("valid").GetBoolean(), verified.GetRawText());
    }

    /// <summary>I6. What the provider issued is nowhere at rest or in what was printed; the control is that it can be found.</summary>
    private static async Task NoSecretIsAnywhereAsync(CrashWorld crash)
    {
        var requests = crash.World.Provider.Ledger.Requests;
        var secrets = requests.SelectMany(r => r.Headers.Values.Append(r.Body)).SelectMany(SecretScan.Tokens).Where(s => s.Length > 8).Distinct().ToList();
        Assert.Contains(secrets, secret => secret.Contains("cnry_", StringComparison.Ordinal));
        var text = await SecretScan.DumpAsync(crash.World) + string.Join('\n', crash.Said) + string.Join('\n', crash.World.Server.Log.Lines);
        Assert.Empty(SecretScan.Find(secrets, text));
        Assert.NotEmpty(SecretScan.Find(secrets, text + secrets[0]));
    }

    /// <summary>I7. No 500. A 503 says when to come again; a 502 blames the provider only where the provider is to blame.</summary>
    private static void TroubleIsTyped(CrashWorld crash)
    {
        foreach (var answer in crash.Troubles)
        {
            Assert.True(answer.Status is 502 or 503, $"{answer.Status}: {answer.Text}\n{Errors(crash)}");
            Assert.NotEmpty(answer.Slug!);
            Assert.True(answer.Status == 502 || answer.Headers.ContainsKey("Retry-After"), $"No Retry-After: {answer.Text}");
        }

        if (crash.Troubles.Any(answer => answer.Status == 502))
        {
            Assert.True(
                crash.ProviderWasCutOff || crash.World.Provider.Ledger.Requests.Any(r => r.Fault is not null || r.Status is null or >= 400),
                "502, and the provider did nothing wrong.");
        }
    }

    /// <summary>What the nodes said of failures that they did not expect.</summary>
    private static string Errors(CrashWorld crash) => string.Join('\n', crash.World.Server.Log.Lines
        .Concat(crash.Said.SelectMany(said => said.Split('\n')))
        .Where(line => line.StartsWith("Error", StringComparison.Ordinal) || line.Contains("\"LogLevel\":\"Error\"", StringComparison.Ordinal)));

    /// <summary>I8. Issues are not idempotent: each title of the tests' reaches the provider once, but for a refused credential.</summary>
    private static void NothingIsDoneTwice(CrashWorld crash) => Assert.DoesNotContain(
        crash.World.Provider.Ledger.Requests.Where(r => r is { Step: Step.Api, Method: "POST", Path: "/api/issues", Status: not 401 }).GroupBy(r => r.Body),
        same => same.Count() > 1);

    private static async Task<IReadOnlyList<JsonElement>> AccountsAsync(CrashWorld crash)
    {
        var all = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = (await crash.World.Project.GetAsync($"/api/v3.1/connected_accounts?limit=100{(cursor is null ? "" : "&cursor=" + cursor)}")).Expect(200).Json;
            all.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        return all;
    }

    private static string Text(JsonElement account, string name) => account.GetProperty(name).GetString() ?? "";
}
