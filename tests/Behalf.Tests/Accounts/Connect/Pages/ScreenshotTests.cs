using Behalf.Tests.Support;
using Microsoft.Playwright;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>The pictures in the README. They are taken on request only: fonts differ between machines, and a test run must
/// leave the repository as it was. <c>BEHALF_SCREENSHOTS=docs/images</c> takes them anew,
/// <c>BEHALF_SCREENSHOTS_ALL=folder</c> takes every page, for somebody to look at.</summary>
[Collection(BrowserTests.Name)]
public sealed class ScreenshotTests(Chromium chromium, PageSite site) : IClassFixture<PageSite>
{
    private const int LargestBytes = 150_000;

    [Fact]
    public async Task The_pictures_in_the_README_are_there_and_small_enough_to_load()
    {
        if (Environment.GetEnvironmentVariable("BEHALF_SCREENSHOTS") is { } folder)
        {
            await TakeAsync(Screens.Desktop, ColorScheme.Light, ["consent"], _ => PathIn(folder, "connect-desktop"));
            await TakeAsync(Screens.Phone, ColorScheme.Dark, ["consent"], _ => PathIn(folder, "connect-phone"));
        }

        if (Environment.GetEnvironmentVariable("BEHALF_SCREENSHOTS_ALL") is { } all)
        {
            await TakeAsync(Screens.Desktop, ColorScheme.Light, SamplePages.All.Keys, name => PathIn(all, $"{name}-desktop"));
            await TakeAsync(Screens.Phone, ColorScheme.Dark, SamplePages.All.Keys, name => PathIn(all, $"{name}-phone"));
        }

        foreach (var name in new[] { "connect-desktop", "connect-phone" })
        {
            Assert.InRange(new FileInfo(PathIn("docs/images", name)).Length, 1, LargestBytes);
        }
    }

    private static string PathIn(string folder, string name) => Path.Combine(Repository.Root, folder, $"{name}.png");

    private async Task TakeAsync(ViewportSize size, ColorScheme scheme, IEnumerable<string> names, Func<string, string> path)
    {
        var page = await chromium.OpenAsync(site, size, options =>
        {
            options.ColorScheme = scheme;
            options.DeviceScaleFactor = 1.75f;
        });
        foreach (var name in names)
        {
            await page.GotoAsync(site.Url($"/pages/{name}"));
            await page.ScreenshotAsync(new() { Path = path(name), FullPage = true });
        }

        await page.Context.DisposeAsync();
    }
}
