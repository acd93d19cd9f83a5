using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>What must never be at rest, in a log or in an answer, is looked for in all of its forms, after a run in which it
/// was everywhere it is allowed to be.</summary>
public sealed class SecretScanTests
{
    [Theory, OnBothEngines]
    public async Task A10_A24_A26_no_secret_is_at_rest_in_logs_or_in_answers(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var secrets = new List<string> { world.Project.Key!, world.Server.AdminKey };
        var route = "/api/v3.1/webhook_subscriptions";
        var webhook = (await world.Project.PostAsync(route, new { webhook_url = "https://app.invalid/hook", enabled_events = new[] { "composio.connected_account.active" } })).Expect(201).Json;
        route += "/" + webhook.GetProperty("id").GetString();
        secrets.Add(webhook.GetProperty("secret").GetString()!["whsec_".Length..]);
        secrets.Add((await world.Project.PostAsync(route + "/rotate_secret")).Expect(200).Json.GetProperty("secret").GetString()!["whsec_".Length..]);
        var (url, account) = await world.LinkAsync("user_1");
        secrets.Add(url[(url.LastIndexOf('/') + 1)..]);
        using var browser = new TestBrowser();
        var authorize = await browser.ContinueAsync(url);
        secrets.Add(System.Web.HttpUtility.ParseQueryString(authorize.Query)["state"]!);
        var callback = await browser.ConsentAsync(authorize, "alice");
        secrets.Add(System.Web.HttpUtility.ParseQueryString(callback.Query)["code"]!);
        secrets.AddRange(browser.Cookies.GetAllCookies().Where(c => c.Name.Contains("behalf", StringComparison.Ordinal)).Select(c => c.Value));
        await browser.OpenAsync(callback);
        using var agent = await world.UserKeyAsync("user_1");
        secrets.Add(agent.Key!);

        // A delivery is signed, cannot be made, and is told.
        await Eventually.HoldsAsync(async () => (await world.Project.GetAsync(route + "/deliveries")).Text.Contains("\"attempts\":1", StringComparison.Ordinal));

        // Errors that quote tokens, refreshes, refusals: whatever might print what it should not.
        world.Provider.Faults.Add(Behalf.Sandbox.Provider.Step.Api, Behalf.Sandbox.Provider.FaultKind.EchoSecret);
        var answers = new List<string> { (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Text };
        answers.Add((await world.ExecuteAsync("SANDBOX_ECHO", "user_1", with: agent)).Text);
        world.Provider.ExpireAccess("alice");
        answers.Add((await world.ExecuteAsync("SANDBOX_LIST_MAIL", "user_1")).Text);
        answers.Add((await world.Project.PostAsync("/api/v3.1/tools/execute/proxy", new { connected_account_id = account, endpoint = "/api/echo", method = "POST", body = new { a = "b" } })).Text);
        var delivery = (await world.Project.GetAsync(route + "/deliveries")).Json.GetProperty("items")[0].GetProperty("id").GetString();
        answers.Add((await world.Project.GetAsync($"{route}/deliveries/{delivery}")).Expect(200).Text);
        foreach (var path in (string[])["webhook_subscriptions", "connected_accounts/expiry_report", "connected_accounts", $"connected_accounts/{account}", "auth_configs", $"auth_configs/{world.AuthConfig}", "api_keys", "user_keys", "users", "project", "audit/events", "audit/export"])
        {
            answers.Add((await world.Project.GetAsync("/api/v3.1/" + path)).Text);
        }

        // All that the provider ever issued, and the app's secret.
        secrets.AddRange(world.Provider.Ledger.Requests.SelectMany(r => r.Headers.Values).SelectMany(SecretScan.Tokens).Distinct());
        secrets.AddRange(world.Provider.Ledger.Requests.SelectMany(r => SecretScan.Tokens(r.Body)).Distinct());
        Assert.True(secrets.Count(s => s.Contains("cnry_", StringComparison.Ordinal)) >= 3, "The canaries did not flow.");
        secrets = [.. secrets.Distinct().Where(s => s.Length > 8)];

        Assert.Empty(SecretScan.Find(secrets, string.Join('\n', answers)));
        Assert.Empty(SecretScan.Find(secrets, string.Join('\n', world.Server.Log.Lines)));
        var atRest = await SecretScan.DumpAsync(world);
        Assert.Empty(SecretScan.Find(secrets, atRest));

        // The control: a leaky row is found.
        await world.Server.Database.WriteAsync(
            RowScope.System, s => s.ExecuteAsync("update account set status_reason = @secret", new { secret = secrets.First(s => s.Contains("cnry_", StringComparison.Ordinal)) }), CancellationToken.None);
        Assert.NotEmpty(SecretScan.Find(secrets, await SecretScan.DumpAsync(world)));
    }
}
