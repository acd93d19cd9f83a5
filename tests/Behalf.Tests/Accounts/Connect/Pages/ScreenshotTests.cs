using Behalf.Tests.Support;
using Microsoft.Playwright;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>The pictures in the README. They are kept on request only: fonts differ between machines, and a test run must
/// leave the repository as it was. <c>BEHALF_SCREENSHOTS=docs/images</c> keeps them, <c>BEHALF_SCREENSHOTS_ALL=folder</c>
/// every page, for somebody to look at.</summary>
[Collection(BrowserTests.Name)]
public sealed class ScreenshotTests(Chromium chromium, PageSite site) : IClassFixture<PageSite>
{
    private const int LargestBytes = 150_000;

    [Fact]
    public async Task The_pictures_in_the_README_are_small_enough_to_load()
    {
        var folder = Environment.GetEnvironmentVariable("BEHALF_SCREENSHOTS");
        var desktop = await TakeAsync(Screens.Desktop, ColorScheme.Light, ["consent"], _ => PathIn(folder, "connect-desktop"));
        var phone = await TakeAsync(Screens.Phone, ColorScheme.Dark, ["consent"], _ => PathIn(folder, "connect-phone"));
        Assert.All([desktop, phone], bytes => Assert.InRange(bytes, 1, LargestBytes));

        if (Environment.GetEnvironmentVariable("BEHALF_SCREENSHOTS_ALL") is { } all)
        {
            await TakeAsync(Screens.Desktop, ColorScheme.Light, SamplePages.All.Keys, name => PathIn(all, $"{name}-desktop"));
            await TakeAsync(Screens.Phone, ColorScheme.Dark, SamplePages.All.Keys, name => PathIn(all, $"{name}-phone"));
        }
    }

    private static string? PathIn(string? folder, string name) =>
        folder is null ? null : Path.Combine(Repository.Root, folder, $"{name}.png");

    private async Task<int> TakeAsync(
        ViewportSize size, ColorScheme scheme, IEnumerable<string> names, Func<string, string?> path)
    {
        var largest = 0;
        var page = await chromium.OpenAsync(site, size, options => options.ColorScheme = scheme);
        foreach (var name in names)
        {
            await page.GotoAsync(site.Url($"/pages/{name}"));
            var picture = await page.ScreenshotAsync(new() { Path = path(name), FullPage = true });
            largest = Math.Max(largest, picture.Length);
        }

        await page.Context.DisposeAsync();
        return largest;
    }
}
