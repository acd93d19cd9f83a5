using System.Text.Json;
using Behalf.Tests.Support;

namespace Behalf.Tests.Peers;

/// <summary>The shipped definitions of GitHub, Gmail, Slack and Linear, through the whole server, against services that
/// nobody here wrote: each user sends and reads as themselves, and nobody reads what is another's.</summary>
/// <remarks>A wrong token would act as the emulators' first user, <c>nobody</c>, and show as that.</remarks>
public sealed class EmulatedServicesTests
{
    private static readonly string[] People = ["alice", "bob"];

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory, OnBothEngines]
    public async Task GitHub_issues_are_opened_by_the_user_whose_agent_asked(string engine)
    {
        await using var world = await EmulatedWorld.GitHubAsync(engine, ct);
        var accounts = await ConnectBothAsync(world);
        foreach (var person in People)
        {
            Assert.Equal(person, Text(await world.RunAsync("GITHUB_GET_THE_AUTHENTICATED_USER", person), "login"));
            var (owner, repo) = (person, $"{person}-notes");
            var opened = await world.RunAsync("GITHUB_CREATE_ISSUE", person, new { owner, repo, title = $"From {person}" });
            Assert.Equal(person, Text(opened.GetProperty("user"), "login"));
            var listed = await world.RunAsync("GITHUB_LIST_REPOSITORY_ISSUES", person, new { owner, repo });
            Assert.Contains($"From {person}", listed.ToString(), StringComparison.Ordinal);
        }

        await AssertRefusedAsync(world, "GITHUB_GET_A_REPOSITORY", "bob", new { owner = "alice", repo = "alice-notes" });
        await AssertRefusedAsync(world, "GITHUB_LIST_REPOSITORY_ISSUES", "bob", new { owner = "alice", repo = "alice-notes" });
        await AssertKeyIsBoundAsync(world, "GITHUB_GET_THE_AUTHENTICATED_USER");

        // A header of GitHub's own, which its definition lets callers of the proxy choose.
        var version = new { name = "X-GitHub-Api-Version", type = "header", value = "2022-11-28" };
        var proxied = (await world.Project.PostAsync(
            "/api/v3.1/tools/execute/proxy",
            new { connected_account_id = accounts["bob"], endpoint = "/user", method = "GET", parameters = new[] { version } })).Expect(200).Json;
        Assert.Equal("bob", Text(proxied.GetProperty("data"), "login"));
    }

    [Theory, OnBothEngines]
    public async Task Gmail_is_sent_from_and_read_in_the_users_own_mailbox(string engine)
    {
        await using var world = await EmulatedWorld.GmailAsync(engine, ct);
        await ConnectBothAsync(world);
        foreach (var person in People)
        {
            var mail = new { recipient_email = "carol@example.test", subject = $"From {person}", body = "Hello" };
            await world.RunAsync("GMAIL_SEND_EMAIL", person, mail);
            var listed = await world.RunAsync("GMAIL_FETCH_EMAILS", person, new { max_results = 10 });
            Assert.Equal(
                [$"From {person} by {person}@example.test", $"Welcome, {person} by post@example.test"],
                listed.GetProperty("messages").EnumerateArray().Select(m => $"{Text(m, "subject")} by {Text(m, "sender")}").Order(StringComparer.Ordinal));
        }

        Assert.Equal("Welcome, alice", Text(await world.RunAsync("GMAIL_FETCH_MESSAGE_BY_MESSAGE_ID", "alice", Welcome), "subject"));
        await AssertRefusedAsync(world, "GMAIL_FETCH_MESSAGE_BY_MESSAGE_ID", "bob", Welcome);
        await AssertKeyIsBoundAsync(world, "GMAIL_LIST_LABELS");
    }

    [Theory, OnBothEngines]
    public async Task Slack_messages_are_posted_by_the_user_whose_agent_asked(string engine)
    {
        await using var world = await EmulatedWorld.SlackAsync(engine, ct);
        var accounts = await ConnectBothAsync(world);
        var authors = new HashSet<string?>();
        foreach (var person in People)
        {
            Assert.Equal(person, Text((await world.AccountAsync(accounts[person], "test")).Expect(200).Json, "account_label"));
            var sent = await world.RunAsync("SLACK_SEND_MESSAGE", person, new { channel = "general", text = $"From {person}" });
            var history = await world.RunAsync("SLACK_FETCH_CONVERSATION_HISTORY", person, new { channel = Text(sent, "channel") });
            var message = history.GetProperty("messages").EnumerateArray().Single(m => Text(m, "text") == $"From {person}");
            var found = await world.RunAsync("SLACK_FIND_USER_BY_EMAIL_ADDRESS", person, new { email = $"{person}@example.test" });
            Assert.Contains(Text(message, "user")!, found.ToString(), StringComparison.Ordinal);
            authors.Add(Text(message, "user"));
        }

        Assert.Equal(2, authors.Count);
        await AssertKeyIsBoundAsync(world, "SLACK_LIST_ALL_CHANNELS");
    }

    [Theory, OnBothEngines]
    public async Task Linear_issues_are_created_by_the_user_whose_agent_asked(string engine)
    {
        await using var world = await EmulatedWorld.LinearAsync(engine, ct);
        var accounts = await ConnectBothAsync(world);
        foreach (var person in People)
        {
            var viewer = await world.RunAsync("LINEAR_GET_CURRENT_USER", person);
            Assert.Equal($"{person}@example.test", Text(viewer.GetProperty("viewer"), "email"));
            var team = Text((await world.RunAsync("LINEAR_LIST_LINEAR_TEAMS", person)).GetProperty("teams")[0], "id");
            var issue = await world.RunAsync("LINEAR_CREATE_LINEAR_ISSUE", person, new { team_id = team, title = $"From {person}" });
            var read = await world.RunAsync("LINEAR_GET_LINEAR_ISSUE", person, new { issue_id = Text(issue, "id") });
            Assert.Equal($"From {person}", Text(read, "title"));
            Assert.Equal($"{person}@example.test", await CreatorAsync(world, accounts[person], Text(issue, "id")!));
        }

        await AssertKeyIsBoundAsync(world, "LINEAR_GET_CURRENT_USER");
    }

    private static object Welcome { get; } = new { message_id = "welcome_alice" };

    /// <summary>No tool shows it: asked through the proxy.</summary>
    private static async Task<string?> CreatorAsync(EmulatedWorld world, string account, string issue)
    {
        var query = $"query {{ issue(id: \"{issue}\") {{ creator {{ email }} }} }}";
        var answer = (await world.Project.PostAsync(
            "/api/v3.1/tools/execute/proxy",
            new { connected_account_id = account, endpoint = "/graphql", method = "POST", body = new { query } })).Expect(200).Json;
        return Text(answer.GetProperty("data").GetProperty("data").GetProperty("issue").GetProperty("creator"), "email");
    }

    private async Task<Dictionary<string, string>> ConnectBothAsync(EmulatedWorld world)
    {
        var accounts = new Dictionary<string, string>();
        foreach (var person in People)
        {
            accounts[person] = await world.ConnectAsync(person, ct);
        }

        return accounts;
    }

    /// <summary>The provider says no to the user's own credential.</summary>
    private static async Task AssertRefusedAsync(EmulatedWorld world, string tool, string user, object arguments)
    {
        var answer = (await world.ExecuteAsync(tool, user, arguments)).Expect(200).Json;
        Assert.False(answer.GetProperty("successful").GetBoolean(), answer.ToString());
        Assert.Contains(answer.GetProperty("data").GetProperty("status").GetInt32(), new[] { 403, 404 });
    }

    /// <summary>Bob's agent, with Bob's key: good for him, and for nobody else.</summary>
    private static async Task AssertKeyIsBoundAsync(EmulatedWorld world, string tool)
    {
        var minted = (await world.Project.PostAsync("/api/v3.1/user_keys", new { user_id = "bob" })).Expect(201).Json;
        using var agent = world.Server.Client(Text(minted, "key"));
        (await world.ExecuteAsync(tool, "bob", with: agent)).Expect(200);
        (await world.ExecuteAsync(tool, "alice", with: agent)).Expect(403);
    }

    private static string? Text(JsonElement data, string name) => data.GetProperty(name).GetString();
}
