using Behalf.Tests.Support;
using Microsoft.Playwright;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>What a real browser makes of the policy and of hostile names.</summary>
[Collection(BrowserTests.Name)]
public sealed class BrowserPolicyTests(Chromium chromium, PageSite site) : IClassFixture<PageSite>
{
    [Fact]
    public async Task No_page_breaks_its_own_policy_or_asks_another_host()
    {
        var complaints = new List<string>();
        var page = await chromium.OpenAsync(site);
        page.Console += (_, message) =>
        {
            // Chromium also remarks on every status from 400 on, and a page of that status is what was asked for.
            if (!message.Text.StartsWith("Failed to load resource: the server responded", StringComparison.Ordinal)
                || !message.Location.StartsWith(site.Url("/pages/"), StringComparison.Ordinal))
            {
                complaints.Add($"{page.Url}: {message.Text}");
            }
        };
        page.Request += (_, request) => NoteForeign(request, complaints);
        foreach (var name in SamplePages.All.Keys.Where(name => name != "handover"))
        {
            await page.GotoAsync(site.Url($"/pages/{name}"));
        }

        await page.Context.DisposeAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Hostile_names_run_nothing_even_without_the_policy()
    {
        var (page, ran) = await OpenUnprotectedAsync();
        for (var number = 0; number < HostileStrings.All.Length; number++)
        {
            foreach (var name in new[] { "key", "connected" })
            {
                await page.GotoAsync(site.Url($"/hostile/{name}/{number}"));
            }
        }

        await page.Context.DisposeAsync();
        Assert.Empty(ran);
    }

    [Fact]
    public async Task Hostile_names_do_run_on_a_careless_page()
    {
        var (page, ran) = await OpenUnprotectedAsync();
        for (var number = 0; number < 12; number++)
        {
            await page.GotoAsync(site.Url($"/careless/{number}"));
        }

        await page.Context.DisposeAsync();
        Assert.NotEmpty(ran);
    }

    [Fact]
    public async Task No_site_can_frame_a_page()
    {
        var page = await chromium.OpenAsync(site);
        await page.GotoAsync(site.Url("/samples/framed"));
        var frame = page.Frames.Single(frame => frame != page.MainFrame);
        Assert.DoesNotContain("Acme", await frame.ContentAsync(), StringComparison.Ordinal);
        await page.Context.DisposeAsync();
    }

    [Fact]
    public async Task A_handover_crosses_to_other_hosts_and_tells_them_nothing()
    {
        await using var provider = new PageSite();
        await provider.InitializeAsync();
        var page = await chromium.OpenAsync(site, adjust: options => options.JavaScriptEnabled = false);
        await page.Context.UnrouteAllAsync();
        await page.GotoAsync(site.Url("/samples/leave?to=" + Uri.EscapeDataString(provider.Url("/samples/hop"))));
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await page.WaitForURLAsync(provider.Url("/samples/arrived"));
        Assert.Equal("referer: ", await page.InnerTextAsync("body"));
        await page.Context.DisposeAsync();
    }

    private static void NoteForeign(IRequest request, List<string> notes)
    {
        if (!request.Url.StartsWith("http://127.0.0.1:", StringComparison.Ordinal))
        {
            notes.Add($"{request.Frame.Url} asked for {request.Url}");
        }
    }

    /// <summary>A tab where the encoding stands alone, and a list of what got past it.</summary>
    private async Task<(IPage Page, List<string> Ran)> OpenUnprotectedAsync()
    {
        var ran = new List<string>();
        var page = await chromium.OpenAsync(site, adjust: options => options.BypassCSP = true);
        page.Dialog += async (_, dialog) =>
        {
            ran.Add($"{page.Url}: {dialog.Message}");
            await dialog.DismissAsync();
        };
        page.Request += (_, request) => NoteForeign(request, ran);
        return (page, ran);
    }
}
