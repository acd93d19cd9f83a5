using Behalf.Broker;
using Behalf.Catalog;
using Behalf.Catalog.Lint;
using Behalf.Tests.Support;

namespace Behalf.Tests.Catalog;

/// <summary>The toolkits of this repository.</summary>
public sealed class ShippedCatalogTests
{
    private static readonly ToolCatalog Shipped = CatalogLoader.Load(Repository.Toolkits, ToolkitOverrides.None);

    public static TheoryData<string> ToolSlugs => [.. Shipped.Tools.Select(tool => tool.Slug)];

    [Fact]
    public void Nothing_is_wrong_with_them() => Assert.Empty(CatalogLint.Check(Repository.Toolkits));

    [Theory]
    [MemberData(nameof(ToolSlugs))]
    public void Arguments_become_the_request_and_answers_the_result_that_the_examples_say(string slug)
    {
        Assert.True(Shipped.TryGetTool(slug, out var tool));
        Assert.True(Shipped.TryGetToolkit(tool.Toolkit, out var toolkit));
        Assert.Empty(ToolExamples.Check(toolkit, tool));
        Assert.Contains(tool.Examples, example => example.Request is not null);
    }

    [Fact]
    public void The_first_five_are_there_with_five_to_eleven_tools_each()
    {
        Assert.Equal(["github", "gmail", "linear", "sandbox", "slack"], Shipped.Toolkits.Select(toolkit => toolkit.Slug));
        Assert.All(Shipped.Toolkits, toolkit => Assert.InRange(Shipped.ToolsOf(toolkit.Slug).Count, 5, 11));
    }

    [Theory]
    [InlineData("GMAIL_SEND_EMAIL", "recipient_email,extra_recipients,cc,bcc,subject,body,is_html,user_id")]
    [InlineData("GMAIL_FETCH_EMAILS", "ids_only,include_payload,include_spam_trash,label_ids,max_results,page_token,query,user_id,verbose")]
    [InlineData("GITHUB_CREATE_AN_ISSUE", "assignee,assignees,body,labels,milestone,owner,repo,title")]
    [InlineData("GITHUB_LIST_REPOSITORY_ISSUES",
        "assignee,creator,direction,labels,mentioned,milestone,owner,page,per_page,repo,since,sort,state")]
    [InlineData("SLACK_SEND_MESSAGE", "channel,markdown_text,text,blocks,thread_ts,reply_broadcast")]
    [InlineData("LINEAR_CREATE_LINEAR_ISSUE",
        "assignee_id,cycle_id,description,due_date,estimate,label_ids,parent_id,priority,project_id,state_id,team_id,title")]
    public void Parameters_have_the_names_that_users_know(string slug, string parameters)
    {
        Assert.True(Shipped.TryGetTool(slug, out var tool));
        var names = tool.Input.GetProperty("properties").EnumerateObject().Select(property => property.Name);
        Assert.Subset(names.ToHashSet(), parameters.Split(',').ToHashSet());
    }

    [Theory]
    [InlineData("GITHUB_CREATE_ISSUE", "GITHUB_CREATE_AN_ISSUE")]
    [InlineData("slack_chat_post_message", "SLACK_SEND_MESSAGE")]
    [InlineData("Slack_Sends_A_Message_To_A_Slack_Channel", "SLACK_SEND_MESSAGE")]
    [InlineData("LINEAR_CREATE_ISSUE", "LINEAR_CREATE_LINEAR_ISSUE")]
    [InlineData("LINEAR_GET_ALL_LINEAR_TEAMS", "LINEAR_LIST_LINEAR_TEAMS")]
    public void Older_names_in_any_case_lead_to_the_canonical_one(string asked, string canonical)
    {
        Assert.True(Shipped.TryGetTool(asked, out var tool));
        Assert.Equal(canonical, tool.Slug);
        Assert.Equal(canonical, Shipped.CanonicalTool(asked));
    }

    [Fact]
    public void Every_scope_that_can_be_asked_for_has_a_title_in_plain_words() =>
        Assert.All(Shipped.Toolkits.SelectMany(toolkit => toolkit.Auth).OfType<OAuth2Scheme>(), scheme =>
        {
            Assert.All(scheme.DefaultScopes, scope => Assert.NotEmpty(scheme.Scopes[scope].Title));
            Assert.All(scheme.Scopes.Values, scope => Assert.Matches("^[A-Z][A-Za-z ,'-]+$", scope.Title));
        });

    [Fact]
    public void Sending_needs_no_more_than_the_default_scopes() =>
        Assert.All(
            new[] { "GMAIL_SEND_EMAIL", "SLACK_SEND_MESSAGE", "GITHUB_CREATE_ISSUE", "LINEAR_CREATE_ISSUE", "SANDBOX_SEND_MAIL" },
            slug =>
            {
                Assert.True(Shipped.TryGetTool(slug, out var tool));
                Assert.True(Shipped.TryGetToolkit(tool.Toolkit, out var toolkit));
                var scheme = Assert.IsType<OAuth2Scheme>(toolkit.Scheme(AuthMode.OAuth2));
                Assert.Empty(scheme.Missing(tool, scheme.DefaultScopes));
            });

    [Fact]
    public void What_the_server_ships_with_is_what_the_repository_has()
    {
        var beside = CatalogLoader.Load(Path.Combine(AppContext.BaseDirectory, "toolkits"), ToolkitOverrides.None);
        Assert.Equal(Shipped.Tools.Select(tool => tool.Slug), beside.Tools.Select(tool => tool.Slug));
        Assert.All(beside.Toolkits, toolkit => Assert.True(File.Exists(toolkit.LogoPath), toolkit.LogoPath));
    }
}
