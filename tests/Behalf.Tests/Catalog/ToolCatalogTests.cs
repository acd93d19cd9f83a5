using Behalf.Catalog;
using Behalf.Tests.Support;

namespace Behalf.Tests.Catalog;

/// <summary>Look-ups, lists and search.</summary>
public sealed class ToolCatalogTests
{
    private static readonly ToolCatalog Shipped = CatalogLoader.Load(Repository.Toolkits, ToolkitOverrides.None);

    [Theory]
    [InlineData("GITHUB", "github")]
    [InlineData("github", "github")]
    [InlineData("Gmail", "gmail")]
    public void A_toolkit_is_found_in_any_case_and_named_in_one(string asked, string canonical)
    {
        Assert.True(Shipped.TryGetToolkit(asked, out var toolkit));
        Assert.Equal(canonical, toolkit.Slug);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("GITHUB_")]
    [InlineData("GITHUB_CREATE_AN_ISSUE ")]
    public void What_is_no_slug_finds_nothing(string? asked)
    {
        Assert.False(Shipped.TryGetTool(asked, out _));
        Assert.False(Shipped.TryGetToolkit(asked, out _));
    }

    [Fact]
    public void A_misspelt_name_brings_up_the_ones_that_may_be_meant()
    {
        Assert.Equal("GITHUB_CREATE_AN_ISSUE", Shipped.NearestTools("GITHUB_CREATE_NEW_ISSUE")[0]);
        Assert.Equal("SLACK_SEND_MESSAGE", Shipped.NearestTools("slack_send_messages")[0]);
        Assert.Equal(["github"], Shipped.NearestToolkits("githb"));
        Assert.Equal(["gmail"], Shipped.NearestToolkits("gmial"));
        Assert.Empty(Shipped.NearestToolkits("salesforce"));
    }

    [Fact]
    public void Lists_narrow_and_come_in_order_of_slug()
    {
        var page = Shipped.List(new ToolFilter { Toolkits = ["SLACK", "linear"] }, 0, 100);
        Assert.Equal(20, page.Total);
        Assert.Equal(page.Items.Select(tool => tool.Slug).Order(StringComparer.Ordinal), page.Items.Select(tool => tool.Slug));
        Assert.All(page.Items, tool => Assert.Contains(tool.Toolkit, new[] { "slack", "linear" }));
        Assert.Equal(
            ["GMAIL_CREATE_EMAIL_DRAFT", "GMAIL_SEND_DRAFT"],
            Shipped.List(new ToolFilter { Tags = ["DRAFTS"] }, 0, 9).Items.Select(tool => tool.Slug));
        Assert.Empty(Shipped.List(new ToolFilter { Important = false }, 0, 9).Items);
        Assert.Empty(Shipped.List(new ToolFilter { Toolkits = ["nowhere"] }, 0, 9).Items);
        Assert.Equal(
            ["SANDBOX_ECHO"],
            Shipped.List(new ToolFilter { Toolkits = ["sandbox"], Also = tool => tool.Tags.Contains("testing") }, 0, 9)
                .Items.Select(tool => tool.Slug));
    }

    [Fact]
    public void Aliases_and_repeats_in_a_list_of_slugs_give_each_tool_once() =>
        Assert.Equal(
            ["GITHUB_CREATE_AN_ISSUE", "SLACK_SEND_MESSAGE"],
            Shipped.List(
                new ToolFilter { Slugs = ["slack_chat_post_message", "GITHUB_CREATE_ISSUE", "github_create_an_issue", "NO_SUCH"] }, 0, 9)
                .Items.Select(tool => tool.Slug));

    [Fact]
    public void Pages_join_up_to_the_whole()
    {
        var all = Shipped.List(new ToolFilter(), 0, 1000);
        var joined = Enumerable.Range(0, 10).SelectMany(i => Shipped.List(new ToolFilter(), i * 7, 7).Items).ToList();
        Assert.Equal(all.Total, all.Items.Count);
        Assert.Equal(all.Items.Select(tool => tool.Slug), joined.Select(tool => tool.Slug));
        Assert.Empty(Shipped.List(new ToolFilter(), 1000, 7).Items);
    }

    [Theory]
    [InlineData("send an email", "GMAIL_SEND_EMAIL")]
    [InlineData("report a bug on github", "GITHUB_CREATE_AN_ISSUE")]
    [InlineData("post a message to a slack channel", "SLACK_SEND_MESSAGE")]
    [InlineData("check my gmail inbox for unread mail", "GMAIL_FETCH_EMAILS")]
    [InlineData("which linear teams are there", "LINEAR_LIST_LINEAR_TEAMS")]
    [InlineData("star a repo", "GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER")]
    [InlineData("reply in a linear issue with a comment", "LINEAR_CREATE_LINEAR_COMMENT")]
    public void Words_find_the_tool_that_is_meant_among_the_first_three(string words, string slug) =>
        Assert.Contains(slug, Shipped.List(new ToolFilter { Search = words }, 0, 3).Items.Select(tool => tool.Slug));

    [Fact]
    public void A_search_stays_within_the_filter_and_finds_nothing_for_nonsense()
    {
        Assert.All(
            Shipped.List(new ToolFilter { Search = "create issue", Toolkits = ["linear"] }, 0, 5).Items,
            tool => Assert.Equal("linear", tool.Toolkit));
        Assert.Equal(0, Shipped.List(new ToolFilter { Search = "xyzzy" }, 0, 5).Total);
    }

    [Fact]
    public void Two_toolkits_of_one_name_stop_the_start_with_a_sentence()
    {
        using var folder = new TemporaryCatalog();
        folder.Change("slack/toolkit.json", "/aliases", "[\"GMAIL\"]");
        var refusal = Assert.Throws<CatalogException>(() => CatalogLoader.Load(folder.Folder, ToolkitOverrides.None));
        Assert.Equal("GMAIL names both gmail and slack.", refusal.Message);
    }

    [Fact]
    public void An_unknown_member_of_a_toolkit_stops_the_start()
    {
        using var folder = new TemporaryCatalog();
        folder.Change("slack/toolkit.json", "/colour", "1");
        Assert.Throws<CatalogException>(() => CatalogLoader.Load(folder.Folder, ToolkitOverrides.None));
        Assert.Throws<CatalogException>(() => CatalogLoader.Load(Path.Combine(folder.Folder, "nowhere"), ToolkitOverrides.None));
    }
}
