using System.Text.Json;
using Behalf.Accounts.Expiry;
using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Projects.Webhooks;
using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts.Expiry;

/// <summary>Who has to connect again, asked for over HTTP, on the command line and once a day by webhook.</summary>
public sealed class ExpiryReportTests
{
    private const string Route = "/api/v3.1/connected_accounts/expiry_report";

    [Theory, OnBothEngines]
    public async Task Who_must_reconnect_is_listed_with_the_request_that_makes_the_link(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        var bob = await world.ConnectAsync("user_2", "bob");
        var carol = await DenyAsync(world, "user_3");
        await world.LinkAsync("user_4");
        world.Provider.RevokeUser("bob");
        await world.Project.PostAsync($"/api/v3.1/connected_accounts/{bob}/refresh");

        var report = (await world.Project.GetAsync(Route)).Expect(200).Json;
        Assert.Equal(2, report.GetProperty("total_items").GetInt32());
        var items = report.GetProperty("items").EnumerateArray().ToDictionary(item => item.GetProperty("connected_account_id").GetString()!);
        Assert.Equal(("user_2", "EXPIRED", "refresh_token_refused"), Line(items[bob]));
        Assert.Equal(("user_3", "FAILED", "consent_denied"), Line(items[carol]));
        Assert.Equal("sandbox", items[bob].GetProperty("toolkit").GetProperty("slug").GetString());
        await FollowAsync(world, items[bob], "bob");
        Assert.Equal("ACTIVE", await world.StatusAsync(bob));
        Assert.Equal(1, (await world.Project.GetAsync(Route)).Json.GetProperty("total_items").GetInt32());
    }

    [Theory, OnBothEngines]
    public async Task What_nobody_renews_is_listed_before_it_ends_and_what_is_renewed_is_not(string engine)
    {
        await using var world = await World.CreateAsync(engine, new ProviderModes { IssueRefreshTokens = false, AccessTokenLifetimeS = 30 * 24 * 3600 });
        var ending = await world.ConnectAsync("user_1", "alice");
        world.Provider.Modes = world.Provider.Modes with { IssueRefreshTokens = true };
        await world.ConnectAsync("user_2", "bob");
        Assert.Empty(await ItemsAsync(world, Route));
        Assert.Single(await ItemsAsync(world, Route + "?within_days=31"));
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromDays(24));
        var soon = Assert.Single(await ItemsAsync(world, Route));
        Assert.Equal(("user_1", "ACTIVE", "expires_soon"), Line(soon));
        Assert.True(soon.GetProperty("expires_at").GetDateTimeOffset() > world.Server.Clock.GetUtcNow());
        await FollowAsync(world, soon, "alice");
        Assert.Equal("ACTIVE", await world.StatusAsync(ending));
        Assert.Empty(await ItemsAsync(world, Route));
    }

    [Theory, OnBothEngines]
    public async Task A_refresh_that_keeps_failing_is_listed_once_the_token_has_ended(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        world.Provider.Faults.Add(Step.Refresh, FaultKind.Status503, 1000);
        await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh");
        Assert.Empty(await ItemsAsync(world, Route));
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromHours(1.1));
        Assert.Equal(("user_1", "ACTIVE", "refresh_failing"), Line(Assert.Single(await ItemsAsync(world, Route))));
    }

    [Theory, OnBothEngines]
    public async Task The_report_has_pages_and_shows_a_project_its_own_accounts_alone(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        for (var i = 0; i < 5; i++)
        {
            await DenyAsync(world, $"user_{i}");
        }

        var seen = new List<string?>();
        string? cursor = null;
        do
        {
            var page = (await world.Project.GetAsync($"{Route}?limit=2&cursor={cursor}")).Expect(200).Json;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("user_id").GetString()));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        Assert.Equal(["user_4", "user_3", "user_2", "user_1", "user_0"], seen);

        using var other = await world.Server.NewProjectAsync("B");
        Assert.Equal(0, (await other.GetAsync(Route)).Expect(200).Json.GetProperty("total_items").GetInt32());
        (await world.Project.GetAsync(Route + "?within_days=91")).Expect(400);
    }

    [Theory, OnBothEngines]
    public async Task Whoever_asks_for_it_gets_the_report_at_once_and_then_once_a_day(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        await DenyAsync(world.World, "user_1");
        await world.SubscribeAsync([WebhookWorld.Report]);
        await world.SubscribeAsync([WebhookWorld.Expired]);
        var report = (ReportDaily)world.World.Server.Services.GetService(typeof(ReportDaily))!;
        async Task<int> TellAsync()
        {
            while (await report.RunOnceAsync(CancellationToken.None))
            {
            }

            return await world.World.Server.Database.FindAsync<int>(RowScope.System, "select count(*) from webhook_delivery", null, CancellationToken.None);
        }

        Assert.Equal(1, await TellAsync());
        await world.ReceivedAsync(1);
        var told = world.Receiver.Received[0];
        Assert.Equal(WebhookWorld.Report, told.Type);
        Assert.Equal("user_1", Assert.Single(told.Json.GetProperty("data").GetProperty("items").EnumerateArray()).GetProperty("user_id").GetString());
        await world.World.Server.Clock.AdvanceAsync(TimeSpan.FromHours(23));
        Assert.Equal(1, await TellAsync());

        // A day that was missed is not made up for.
        await world.World.Server.Clock.AdvanceAsync(TimeSpan.FromHours(50));
        Assert.Equal(2, await TellAsync());
    }

    [Fact]
    public async Task The_command_line_prints_the_same()
    {
        await using var world = await World.CreateAsync("sqlite");
        var account = await DenyAsync(world, "user_1");
        var project = (await world.Project.GetAsync("/api/v3.1/project")).Json.GetProperty("id").GetString()!;
        var line = JsonDocument.Parse(await RunAsync(world, "--project", project, "--json")).RootElement;
        Assert.Equal(account, line.GetProperty("connected_account_id").GetString());
        Assert.StartsWith($"{account}  sandbox  user_1  FAILED  consent_denied  since ", await RunAsync(world, "--project", project), StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(World world, params string[] arguments)
    {
        var start = new System.Diagnostics.ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "behalf.dll"), "accounts", "expiry-report", "--data", world.Server.Data, .. arguments])
        {
            RedirectStandardOutput = true,
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        var printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return printed.Trim();
    }

    /// <summary>Somebody who says no at the provider.</summary>
    private static async Task<string> DenyAsync(World world, string user)
    {
        var (url, account) = await world.LinkAsync(user);
        using var browser = new TestBrowser();
        await browser.ConnectAsync(url, "carol", allow: false);
        Assert.Equal("FAILED", await world.StatusAsync(account));
        return account;
    }

    /// <summary>Does what the line says, as the account's user.</summary>
    private static async Task FollowAsync(World world, JsonElement item, string at)
    {
        var hint = item.GetProperty("reconnect");
        Assert.Equal("POST", hint.GetProperty("method").GetString());
        object body = hint.TryGetProperty("body", out var named) ? named : new { };
        var link = (await world.Project.PostAsync(hint.GetProperty("path").GetString()!, body)).Expect(200).Json.GetProperty("redirect_url").GetString()!;
        using var browser = new TestBrowser();
        await browser.ConnectAsync(link, at);
    }

    private static async Task<JsonElement[]> ItemsAsync(World world, string route) =>
        [.. (await world.Project.GetAsync(route)).Expect(200).Json.GetProperty("items").EnumerateArray()];

    private static (string?, string?, string?) Line(JsonElement item) =>
        (item.GetProperty("user_id").GetString(), item.GetProperty("status").GetString(), item.GetProperty("reason").GetString());
}
