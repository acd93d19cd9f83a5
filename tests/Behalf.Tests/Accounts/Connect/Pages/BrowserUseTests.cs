using Behalf.Tests.Support;
using Microsoft.Playwright;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>The pages as people use them: by keyboard, without JavaScript, on small screens and with large text.</summary>
[Collection(BrowserTests.Name)]
public sealed class BrowserUseTests(Chromium chromium, PageSite site) : IClassFixture<PageSite>
{
    [Fact]
    public async Task The_keyboard_alone_reaches_both_answers_and_gives_one()
    {
        var page = await OpenAsync("consent");
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Continue to GitHub", await FocusedAsync(page));
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Cancel", await FocusedAsync(page));
        await page.Keyboard.PressAsync("Shift+Tab");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(site.Url(SamplePages.Submit));
        Assert.Equal("submit\n__token=token-of-this-page", await page.InnerTextAsync("body"));
    }

    [Fact]
    public async Task Enter_in_a_field_connects_and_does_not_cancel()
    {
        var page = await OpenAsync("key");
        await page.GetByLabel("Your Zendesk address").FillAsync("https://acme.zendesk.com");
        await page.GetByLabel("E-mail address").FillAsync("alice@acme.example");
        await page.GetByLabel("Region").SelectOptionAsync("us");
        await page.GetByLabel("API token").FillAsync("sk_live_12345678");
        await page.GetByLabel("API token").PressAsync("Enter");
        await page.WaitForURLAsync(site.Url(SamplePages.Submit));
        Assert.Equal(
            "submit\n__token=token-of-this-page\nsubdomain=https://acme.zendesk.com\nemail=alice@acme.example\n"
            + "api_token=sk_live_12345678\nregion=us",
            await page.InnerTextAsync("body"));
    }

    [Fact]
    public async Task Cancel_sends_no_credential_along()
    {
        var page = await OpenAsync("key");
        await page.GetByLabel("API token").FillAsync("sk_live_12345678");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.WaitForURLAsync(site.Url(SamplePages.Cancel));
        Assert.Equal("cancel\n__token=token-of-this-page", await page.InnerTextAsync("body"));
    }

    [Fact]
    public async Task An_error_leads_to_its_field_and_is_read_out_with_it()
    {
        var page = await OpenAsync("key-refused");
        Assert.StartsWith("Error: ", await page.TitleAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Link, new() { Name = "API token: Enter the token again." }).ClickAsync();
        await page.Keyboard.PressAsync("Tab");
        var field = page.GetByLabel("API token");
        Assert.StartsWith("field-2", new Uri(page.Url).Fragment.TrimStart('#'), StringComparison.Ordinal);
        await Assertions.Expect(field).ToHaveAccessibleDescriptionAsync(
            "Enter the token again. In Zendesk: Admin Center, Apps and integrations, APIs.");
        Assert.Equal("true", await field.GetAttributeAsync("aria-invalid"));
    }

    [Fact]
    public async Task What_has_the_focus_has_a_visible_outline()
    {
        var page = await OpenAsync("key");
        for (var i = 0; i < 6; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var outline = await page.EvaluateAsync<string>(
                "() => { const s = getComputedStyle(document.activeElement); return `${s.outlineStyle} ${s.outlineWidth}`; }");
            Assert.Equal("solid 3px", outline);
        }
    }

    [Fact]
    public async Task No_page_scrolls_sideways_on_the_narrowest_screen_or_with_text_twice_as_large()
    {
        var wide = new List<string>();
        foreach (var (size, text) in new[] { (Screens.Narrow, "100%"), (Screens.Desktop, "200%"), (Screens.Phone, "200%") })
        {
            var page = await chromium.OpenAsync(site, size, options => options.BypassCSP = true);
            foreach (var name in SamplePages.All.Keys)
            {
                await page.GotoAsync(site.Url($"/pages/{name}"));
                await page.AddStyleTagAsync(new() { Content = $"html{{font-size:{text}}}" });
                var beyond = await page.EvaluateAsync<string[]>(
                    "() => [...document.querySelectorAll('body *')]"
                    + ".filter(e => e.getBoundingClientRect().right > innerWidth).map(e => `${e.localName}.${e.className}`)");
                wide.AddRange(beyond.Select(element => $"{name} at {size.Width} px with {text}: {element}"));
            }

            await page.Context.DisposeAsync();
        }

        Assert.Empty(wide);
    }

    [Fact]
    public async Task Whatever_can_be_pressed_is_44_pixels_high_at_least()
    {
        var small = new List<string>();
        var page = await chromium.OpenAsync(site, Screens.Phone);
        foreach (var name in SamplePages.All.Keys)
        {
            await page.GotoAsync(site.Url($"/pages/{name}"));
            small.AddRange(await page.EvaluateAsync<string[]>(
                """
                () => [...document.querySelectorAll('button, .button, input:not([type=hidden]), select')]
                    .filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)
                """));
        }

        await page.Context.DisposeAsync();
        Assert.Empty(small);
    }

    private static Task<string> FocusedAsync(IPage page) => page.Locator(":focus").InnerTextAsync();

    // Nothing here may need script: Playwright's own still runs.
    private async Task<IPage> OpenAsync(string name)
    {
        var page = await chromium.OpenAsync(site, Screens.Phone, options => options.JavaScriptEnabled = false);
        await page.GotoAsync(site.Url($"/pages/{name}"));
        return page;
    }
}
