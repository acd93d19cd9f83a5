using System.Text.Json;
using System.Text.RegularExpressions;
using Behalf.Tests.Support;
using Microsoft.Playwright;

namespace Behalf.Tests.Sandbox;

/// <summary>The provider's pages in Chromium: by keyboard, without JavaScript, on small screens, judged by axe.</summary>
[Collection(BrowserTests.Name)]
public sealed class BrowserUseTests(Chromium chromium)
{
    private const float Patience = 30_000;

    private static readonly string Axe =
        Path.Combine(Repository.Root, "tests", "peers", "axe", "node_modules", "axe-core", "axe.min.js");

    [Fact]
    public async Task The_keyboard_alone_gets_through_and_the_policy_lets_the_answer_out()
    {
        await using var provider = await TestProvider.StartAsync();
        await using var app = await TestProvider.StartAsync();
        var callback = $"{app.Host.BaseUrl}/log"; // Some page of another site.
        provider.Host.Apps.Change(provider.App.ClientId, name: null, [callback]);
        await using var context = await chromium.Browser.NewContextAsync(new() { JavaScriptEnabled = false });
        var page = await context.NewPageAsync();
        await page.GotoAsync(provider.AuthorizeUrl(changes: [("redirect_uri", callback), ("login_hint", "bob")]).ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Bob Brown" })).ToBeFocusedAsync(new() { Timeout = Patience });
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByText("Signed in as")).ToContainTextAsync("Bob Brown", new() { Timeout = Patience });

        var stops = new[] { (AriaRole.Link, "Use another account"), (AriaRole.Button, "Deny"), (AriaRole.Button, "Allow") };
        foreach (var (role, name) in stops)
        {
            await page.Keyboard.PressAsync("Tab");
            await Assertions.Expect(page.GetByRole(role, new() { Name = name })).ToBeFocusedAsync(new() { Timeout = Patience });
        }

        await page.Keyboard.PressAsync("Enter");
        var back = new Regex($"^{Regex.Escape(callback)}\\?code=sbc_");
        await Assertions.Expect(page).ToHaveURLAsync(back, new() { Timeout = Patience });
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 320)]
    [InlineData(ColorScheme.Dark, 320)]
    public async Task No_page_violates_a_rule_of_axe_or_scrolls_sideways(ColorScheme scheme, int width)
    {
        await using var provider = await TestProvider.StartAsync();
        await provider.WorksAsync((await provider.ConnectAsync("alice")).Access);
        await using var context = await chromium.Browser.NewContextAsync(new()
        {
            BypassCSP = true, // It would keep axe out, rightly.
            ColorScheme = scheme,
            ViewportSize = new() { Width = width, Height = 700 },
        });
        var page = await context.NewPageAsync();
        await page.GotoAsync(provider.AuthorizeUrl().ToString());
        var found = await JudgeAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Carol Chen" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Signed in as")).ToContainTextAsync("Carol Chen", new() { Timeout = Patience });
        found.AddRange(await JudgeAsync(page));
        foreach (var path in new[] { "/log", "/oauth/authorize" })
        {
            await page.GotoAsync(provider.Host.BaseUrl + path);
            found.AddRange(await JudgeAsync(page));
        }

        Assert.Empty(found);
    }

    private static async Task<List<string>> JudgeAsync(IPage page)
    {
        Assert.True(File.Exists(Axe), "These tests need axe-core: run npm ci in tests/peers/axe.");
        await page.AddScriptTagAsync(new() { Path = Axe });
        var found = await page.EvaluateAsync<JsonElement>(
            """
            async () => {
                const found = await axe.run(document);
                const wide = document.documentElement.scrollWidth > innerWidth ? ['scrolls sideways'] : [];
                return [...wide, ...found.violations
                    .map(rule => `${rule.id}: ${rule.nodes.map(node => node.target.join(' ')).join(', ')}`)];
            }
            """);
        var title = await page.TitleAsync();
        return [.. found.Deserialize<string[]>()!.Select(rule => $"{title}: {rule}")];
    }
}
