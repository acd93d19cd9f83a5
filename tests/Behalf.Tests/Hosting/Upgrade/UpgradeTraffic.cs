using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting.Upgrade;

/// <summary>What callers and people do all day. With two nodes behind the balancer each step is the other node's.</summary>
internal sealed class UpgradeTraffic(UpgradeWorld world)
{
    public const int Residents = 6;

    private readonly string[] _accounts = new string[Residents];
    private int _guests;

    /// <summary>Accounts that stay connected through all of it.</summary>
    public async Task ConnectResidentsAsync()
    {
        for (var i = 0; i < Residents; i++)
        {
            _accounts[i] = await ConnectAsync($"resident_{i}");
        }
    }

    /// <summary>Tool calls all the time, and now and then a refresh that was asked for.</summary>
    public Load StartLoad() => Load.Start(3, async call =>
    {
        try
        {
            var answer = call % 20 == 0
                ? await world.PostAsync($"/api/v3.1/connected_accounts/{_accounts[call / 20 % Residents]}/refresh")
                : await ExecuteAsync($"resident_{call % Residents}");
            return Succeeded(answer) ? null : $"{answer.Status} {answer.Text}";
        }
        catch (HttpRequestException e)
        {
            return e.ToString();
        }
    });

    /// <summary>Every resident's tools run, on whichever node.</summary>
    public async Task AssertResidentsWorkAsync()
    {
        for (var i = 0; i < 2 * Residents; i++)
        {
            Assert.True(Succeeded(await ExecuteAsync($"resident_{i / 2}")));
        }
    }

    /// <summary>A user comes, connects, works, takes it back and is forgotten.</summary>
    public async Task LiveAsync()
    {
        var user = $"guest_{_guests++}";
        var account = await ConnectAsync(user);
        await WorkWithAKeyAsync(user);
        (await world.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh")).Expect(200);
        Assert.True(Succeeded(await ExecuteAsync(user)));
        await SwitchOffAndOnAsync(user, account);
        (await world.PostAsync($"/api/v3.1/connected_accounts/{account}/revoke")).Expect(200);
        Assert.Equal("ActionExecute_ConnectedAccountExpired", (await ExecuteAsync(user)).Expect(400).Slug);
        (await world.SendAsync(HttpMethod.Delete, $"/api/v3.1/connected_accounts/{account}", null)).Expect(200);
        (await world.GetAsync($"/api/v3.1/connected_accounts/{account}")).Expect(404);
        await Eventually.HoldsAsync(() => world.Receiver.Received.Count(one => one.Body.Contains(account, StringComparison.Ordinal)) >= 3);
    }

    private async Task<string> ConnectAsync(string user)
    {
        var link = (await world.PostAsync("/api/v3.1/connected_accounts/link", new { auth_config_id = world.AuthConfig, user_id = user })).Expect(201).Json;
        using var browser = new TestBrowser();
        var authorize = await world.VisitAsync(link.GetProperty("redirect_url").GetString()!, at => browser.ContinueAsync(at.AbsoluteUri));
        var callback = await browser.ConsentAsync(authorize, "alice");
        var page = await world.VisitAsync(callback.AbsoluteUri, browser.OpenAsync);
        Assert.Equal("connected", page.Reason);
        var account = link.GetProperty("connected_account_id").GetString()!;
        Assert.Equal("ACTIVE", (await world.GetAsync($"/api/v3.1/connected_accounts/{account}")).Expect(200).Json.GetProperty("status").GetString());
        return account;
    }

    private async Task WorkWithAKeyAsync(string user)
    {
        var made = (await world.PostAsync("/api/v3.1/user_keys", new { user_id = user })).Expect(201).Json;
        var key = made.GetProperty("key").GetString()!;
        for (var i = 0; i < 2; i++)
        {
            Assert.True(Succeeded(await ExecuteAsync(user, key)));
        }

        (await world.SendAsync(HttpMethod.Delete, $"/api/v3.1/user_keys/{made.GetProperty("id").GetString()}", null)).Expect(200);
        (await ExecuteAsync(user, key)).Expect(401);
    }

    private async Task SwitchOffAndOnAsync(string user, string account)
    {
        (await world.SendAsync(HttpMethod.Patch, $"/api/v3.1/connected_accounts/{account}/status", new { enabled = false })).Expect(200);
        Assert.Equal("ActionExecute_ConnectedAccountDisabled", (await ExecuteAsync(user)).Expect(400).Slug);
        (await world.SendAsync(HttpMethod.Patch, $"/api/v3.1/connected_accounts/{account}/status", new { enabled = true })).Expect(200);
        Assert.True(Succeeded(await ExecuteAsync(user)));
    }

    private Task<Answer> ExecuteAsync(string user, string? key = null) =>
        world.PostAsync("/api/v3.1/tools/execute/SANDBOX_GET_ME", new { user_id = user, arguments = new { } }, key);

    private static bool Succeeded(Answer answer) => answer.Status == 200
        && (!answer.Json.TryGetProperty("successful", out var successful) || successful.GetBoolean());
}
