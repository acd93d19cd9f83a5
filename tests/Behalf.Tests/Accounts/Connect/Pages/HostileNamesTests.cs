using System.Text;
using Behalf.Accounts.Connect.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>A name is text wherever it stands: it never becomes a tag, an attribute or a place to go.</summary>
public sealed class HostileNamesTests(PageSite site) : IClassFixture<PageSite>
{
    private static readonly string[] Schemes = ["http://", "https://", "/", "#"];

    public static TheoryData<string> Pages => [.. HostileStrings.Pages("x").Keys];

    [Fact]
    public void There_are_enough_hostile_strings() => Assert.InRange(HostileStrings.All.Distinct().Count(), 60, int.MaxValue);

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_hostile_name_changes_no_tag_and_no_attribute(string page)
    {
        var harmless = Markup.BonesOf(await RenderAsync(HostileStrings.Pages("harmless")[page]));
        foreach (var text in HostileStrings.All)
        {
            var html = await RenderAsync(HostileStrings.Pages(text)[page]);
            Assert.Equal(harmless, Markup.BonesOf(html));
            Assert.All(
                Markup.ValuesOf(html, "href").Concat(Markup.ValuesOf(html, "src")).Concat(Markup.ValuesOf(html, "action")),
                url => Assert.Contains(Schemes, scheme => url.StartsWith(scheme, StringComparison.Ordinal)));
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_page_over_the_wire_is_the_one_that_was_checked(string page)
    {
        var number = Array.IndexOf(HostileStrings.All, "\"><img src=x onerror=alert(1)>");
        var response = await site.Http.GetAsync($"/hostile/{page}/{number}");
        var html = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(await RenderAsync(HostileStrings.Pages(HostileStrings.All[number])[page]), html);
    }

    [Fact]
    public void A_careless_page_would_have_changed() => Assert.NotEqual(
        Markup.BonesOf("<p>harmless</p>"), Markup.BonesOf($"<p>{HostileStrings.All[0]}</p>"));

    private static async Task<string> RenderAsync(IResult page)
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var body = new MemoryStream();
        await page.ExecuteAsync(new DefaultHttpContext { RequestServices = services, Response = { Body = body } });
        return Encoding.UTF8.GetString(body.ToArray());
    }
}
