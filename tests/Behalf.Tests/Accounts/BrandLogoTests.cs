using System.Text.RegularExpressions;
using Behalf.Storage;
using Behalf.Tests.Egress;
using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts;

/// <summary>The logo behind a link can be asked for by whoever holds it: its server is asked once in a while.</summary>
public sealed partial class BrandLogoTests
{
    private static readonly byte[] Picture = [0x89, .. "PNG\r\n\u001a\n0123456789"u8];

    [Theory, OnBothEngines]
    public async Task A_logo_is_fetched_once_however_often_it_is_asked_for_and_not_for_a_link_that_is_over(string engine)
    {
        await using var host = RawServer.Answering([.. System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Picture.Length}\r\n\r\n"), .. Picture]);
        await using var world = await World.CreateAsync(engine);
        await SetLogoAsync(world, host);
        var (url, _) = await world.LinkAsync("user_1");
        using var browser = new TestBrowser();
        var logo = await LogoOfAsync(world, browser, url);
        var shown = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => browser.OpenAsync(logo)));
        Assert.All(shown, page => Assert.Equal((200, "image/png"), (page.Status, page.Headers["Content-Type"])));
        Assert.Single(host.Requests);

        await world.Server.Clock.AdvanceAsync(TimeSpan.FromMinutes(11));
        Assert.Equal(404, (await browser.OpenAsync(logo)).Status);
        Assert.Single(host.Requests);
        var (later, _) = await world.LinkAsync("user_1");
        var again = await LogoOfAsync(world, browser, later);
        Assert.Equal(200, (await browser.OpenAsync(again)).Status);
        Assert.Equal(2, host.Requests.Count);

        await browser.SubmitAsync(later, "/cancel");
        Assert.Equal(404, (await browser.OpenAsync(again)).Status);
    }

    [Fact]
    public async Task A_logo_that_is_not_there_is_asked_for_again_only_after_a_minute()
    {
        await using var host = RawServer.Answering("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
        await using var world = await World.CreateAsync("sqlite");
        await SetLogoAsync(world, host);
        var (url, _) = await world.LinkAsync("user_1");
        using var browser = new TestBrowser();
        var logo = await LogoOfAsync(world, browser, url);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(404, (await browser.OpenAsync(logo)).Status);
        }

        Assert.Single(host.Requests);
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(61));
        Assert.Equal(404, (await browser.OpenAsync(logo)).Status);
        Assert.Equal(2, host.Requests.Count);
    }

    /// <summary>Only https can be set; the host here has no certificate.</summary>
    private static async Task SetLogoAsync(World world, RawServer host)
    {
        (await world.Project.PatchAsync("/api/v3.1/project", new { branding = new { logo_url = host.Url("/logo.png", scheme: "https").ToString() } })).Expect(200);
        await world.Server.Database.WriteAsync(
            RowScope.System, session => session.ExecuteAsync("update project set settings = replace(settings, 'https://127', 'http://127')", null), CancellationToken.None);
    }

    private static async Task<Uri> LogoOfAsync(World world, TestBrowser browser, string link) =>
        new(world.Server.Url, LogoPath().Match((await browser.OpenAsync(new Uri(link))).Text).Value);

    [GeneratedRegex("/connect/logo/[^\"]+")]
    private static partial Regex LogoPath();
}
