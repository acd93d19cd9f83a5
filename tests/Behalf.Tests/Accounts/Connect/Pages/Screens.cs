using Behalf.Tests.Support;
using Microsoft.Playwright;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>The screens the pages are tried on.</summary>
internal static class Screens
{
    public static ViewportSize Desktop => new() { Width = 1280, Height = 800 };

    public static ViewportSize Phone => new() { Width = 390, Height = 844 };

    /// <summary>WCAG 2.2 §1.4.10: the narrowest that content must fit without scrolling sideways.</summary>
    public static ViewportSize Narrow => new() { Width = 320, Height = 568 };

    /// <summary>A tab on one of them. Other hosts answer 204, so a page that moves on stays to be looked at.</summary>
    public static async Task<IPage> OpenAsync(
        this Chromium chromium, PageSite site, ViewportSize? size = null, Action<BrowserNewContextOptions>? adjust = null)
    {
        var options = new BrowserNewContextOptions { ViewportSize = size ?? Desktop };
        adjust?.Invoke(options);
        var context = await chromium.Browser.NewContextAsync(options);
        await context.RouteAsync(
            url => !url.StartsWith(site.Address.AbsoluteUri, StringComparison.Ordinal),
            route => route.FulfillAsync(new() { Status = 204 }));
        return await context.NewPageAsync();
    }
}
