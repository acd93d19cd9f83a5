using System.Net;
using System.Text.RegularExpressions;
using Behalf.Accounts.Connect.Pages;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>What the pages load.</summary>
public sealed partial class AssetTests(PageSite site) : IClassFixture<PageSite>
{
    [Fact]
    public async Task Everything_a_page_loads_is_there()
    {
        var html = await site.GetAsync("consent");
        var urls = Markup.ValuesOf(html, "href").Concat(Markup.ValuesOf(html, "src")).ToList();
        Assert.Contains(ConnectAssets.StyleUrl, urls);
        Assert.Contains("/connect/assets/brand-4338ca.css", urls);
        foreach (var url in urls)
        {
            Assert.Equal(HttpStatusCode.OK, (await site.Http.GetAsync(url)).StatusCode);
        }
    }

    [Theory]
    [InlineData("style", "text/css; charset=utf-8")]
    [InlineData("icon", "image/svg+xml")]
    public async Task A_file_named_after_its_content_is_kept_for_ever(string name, string type)
    {
        var url = name == "style" ? ConnectAssets.StyleUrl : ConnectAssets.IconUrl;
        Assert.Matches($"^/connect/assets/{name}-[0-9a-f]{{16}}\\.", url);
        var response = await site.Http.GetAsync(url);
        Assert.Equal(type, response.Content.Headers.ContentType?.ToString());
        Assert.Equal("public, max-age=31536000, immutable", response.Headers.GetValues("Cache-Control").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task Another_versions_style_sheet_is_answered_with_this_ones_and_not_kept()
    {
        var stale = await site.Http.GetAsync("/connect/assets/style-0123456789abcdef.css");
        Assert.Equal("no-store", stale.Headers.GetValues("Cache-Control").Single());
        Assert.Equal(await site.Http.GetStringAsync(ConnectAssets.StyleUrl), await stale.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_projects_colour_comes_as_a_style_sheet()
    {
        var response = await site.Http.GetAsync("/connect/assets/brand-ffe14d.css");
        Assert.Equal("text/css; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Contains("--accent: #ffe14d; --on-accent: #000000;", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("brand-red.css")]
    [InlineData("brand-ffe14d")]
    [InlineData("brand-gggggg.css")]
    [InlineData("brand-12345%7D.css")]
    [InlineData("style.css")]
    [InlineData("Behalf.Server.dll")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    public async Task There_is_nothing_else(string file) =>
        Assert.Equal(HttpStatusCode.NotFound, (await site.Http.GetAsync($"/connect/assets/{file}")).StatusCode);

    [Fact]
    public async Task The_style_sheet_has_the_surfaces_that_contrast_is_computed_for()
    {
        var surfaces = SurfaceVariable().Matches(await site.Http.GetStringAsync(ConnectAssets.StyleUrl));
        Assert.Equal(
            [ConnectAssets.Surface.Light.Digits, ConnectAssets.Surface.Dark.Digits],
            surfaces.Select(match => match.Groups[1].Value));
    }

    [Fact]
    public async Task The_style_sheet_loads_nothing() => Assert.DoesNotMatch(
        "url\\(|@import|expression", await site.Http.GetStringAsync(ConnectAssets.StyleUrl));

    [GeneratedRegex("--surface: #([0-9a-f]{6});")]
    private static partial Regex SurfaceVariable();
}
