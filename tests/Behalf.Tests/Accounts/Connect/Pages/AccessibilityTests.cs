using System.Text.Json;
using Behalf.Tests.Support;
using Microsoft.Playwright;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>Every page on every screen, judged by axe-core, which nobody here wrote.</summary>
[Collection(BrowserTests.Name)]
public sealed class AccessibilityTests(Chromium chromium, PageSite site) : IClassFixture<PageSite>
{
    private static readonly string AxeFolder = Path.Combine(Repository.Root, "tests", "peers", "axe");

    // The violated rules and those that axe could not decide, each with the places where.
    private const string RunAxe =
        """
        async () => {
            const found = await axe.run(document);
            return [...found.violations, ...found.incomplete]
                .map(rule => `${rule.id}: ${rule.nodes.map(node => node.target.join(' ')).join(', ')}`);
        }
        """;

    public static TheoryData<string, ColorScheme> Everywhere => new()
    {
        { nameof(Screens.Desktop), ColorScheme.Light },
        { nameof(Screens.Desktop), ColorScheme.Dark },
        { nameof(Screens.Phone), ColorScheme.Light },
        { nameof(Screens.Phone), ColorScheme.Dark },
    };

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task No_page_violates_a_rule_of_axe_or_leaves_one_in_doubt(string screen, ColorScheme scheme)
    {
        var page = await OpenAsync(screen == nameof(Screens.Phone) ? Screens.Phone : Screens.Desktop, scheme);
        var violations = new List<string>();
        foreach (var name in SamplePages.All.Keys)
        {
            await page.GotoAsync(site.Url($"/pages/{name}"));
            violations.AddRange((await JudgeAsync(page)).Select(violation => $"{name}: {violation}"));
        }

        await page.Context.DisposeAsync();
        Assert.Empty(violations);
    }

    [Fact]
    public async Task Axe_sees_a_violation_where_there_is_one()
    {
        var page = await OpenAsync(Screens.Desktop, ColorScheme.Light);
        await page.GotoAsync(site.Url("/pages/key"));
        await page.EvalOnSelectorAsync("label", "label => label.remove()");
        Assert.Contains(await JudgeAsync(page), violation => violation.StartsWith("label:", StringComparison.Ordinal)
            || violation.StartsWith("label-title-only:", StringComparison.Ordinal));
        await page.Context.DisposeAsync();
    }

    // The policy of the pages would keep axe out, rightly.
    private Task<IPage> OpenAsync(ViewportSize size, ColorScheme scheme) => chromium.OpenAsync(site, size, options =>
    {
        options.ColorScheme = scheme;
        options.BypassCSP = true;
    });

    private static async Task<string[]> JudgeAsync(IPage page)
    {
        var axe = Path.Combine(AxeFolder, "node_modules", "axe-core", "axe.min.js");
        Assert.True(File.Exists(axe), $"These tests need axe-core: run npm ci in {AxeFolder}.");
        await page.AddScriptTagAsync(new() { Path = axe });
        return (await page.EvaluateAsync<JsonElement>(RunAxe)).Deserialize<string[]>()!;
    }
}
