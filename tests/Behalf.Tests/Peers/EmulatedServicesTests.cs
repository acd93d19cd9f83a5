using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Tests.Support;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Peers;

/// <summary>The shipped definitions of GitHub, Gmail, Slack and Linear, through the whole server, against services that
/// nobody here wrote: each user acts as themselves.</summary>
public sealed class EmulatedServicesTests
{
    private static readonly string[] People = ["alice", "bob"];

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory, OnBothEngines]
    public async Task GitHub_issues_are_made_by_the_user_whose_agent_asked(string engine)
    {
        await using var world = await GitHubAsync(engine);
        await ConnectBothAsync(world);
        foreach (var person in People)
        {
            Assert.Equal(person, Text(await world.RunAsync("GITHUB_GET_THE_AUTHENTICATED_USER", UserOf(person)), "login"));
            var repository = new { owner = person, repo = $"{person}-notes", title = $"From {person}" };
            var issue = await world.RunAsync("GITHUB_CREATE_ISSUE", UserOf(person), repository);
            Console.WriteLine("GH " + issue);
        }
    }

    [Theory, OnBothEngines]
    public async Task Gmail_is_sent_and_read_in_the_users_own_mailbox(string engine)
    {
        await using var world = await GmailAsync(engine);
        await ConnectBothAsync(world);
        foreach (var person in People)
        {
            Console.WriteLine("GM " + await world.RunAsync("GMAIL_GET_PROFILE", UserOf(person)));
            Console.WriteLine("GM " + await world.RunAsync("GMAIL_SEND_EMAIL", UserOf(person), new { recipient_email = "carol@example.test", subject = $"From {person}", body = "Hello" }));
            Console.WriteLine("GM " + await world.RunAsync("GMAIL_FETCH_EMAILS", UserOf(person), new { max_results = 10 }));
        }
    }

    [Theory, OnBothEngines]
    public async Task Slack_messages_are_posted_by_the_user_whose_agent_asked(string engine)
    {
        await using var world = await SlackAsync(engine);
        await ConnectBothAsync(world);
        foreach (var person in People)
        {
            Console.WriteLine("SL " + await world.RunAsync("SLACK_SEND_MESSAGE", UserOf(person), new { channel = "general", text = $"From {person}" }));
            Console.WriteLine("SL " + (await world.ExecuteAsync("SLACK_LIST_ALL_CHANNELS", UserOf(person))).Text);
        }
    }

    [Theory, OnBothEngines]
    public async Task Linear_issues_are_created_by_the_user_whose_agent_asked(string engine)
    {
        await using var world = await LinearAsync(engine);
        await ConnectBothAsync(world);
        foreach (var person in People)
        {
            Console.WriteLine("LI " + (await world.ExecuteAsync("LINEAR_GET_CURRENT_USER", UserOf(person))).Text);
            Console.WriteLine("LI " + (await world.ExecuteAsync("LINEAR_LIST_LINEAR_TEAMS", UserOf(person))).Text);
            Console.WriteLine("LI " + (await world.ExecuteAsync("LINEAR_LIST_LINEAR_ISSUES", UserOf(person))).Text);
        }
    }

    private Task<EmulatedWorld> GitHubAsync(string engine) => EmulatedWorld.CreateAsync(engine, "github", "github", new JsonObject
    {
        ["base_url"] = "",
        ["authorize_url"] = "/login/oauth/authorize",
        ["token_url"] = "/login/oauth/access_token",
        ["revoke_url"] = "/applications/{client_id}/token",
    }, ct);

    private Task<EmulatedWorld> GmailAsync(string engine) => EmulatedWorld.CreateAsync(engine, "gmail", "google", new JsonObject
    {
        ["base_url"] = "",
        ["authorize_url"] = "/o/oauth2/v2/auth",
        ["token_url"] = "/oauth2/token",
        ["revoke_url"] = "/oauth2/revoke",
    }, ct);

    private Task<EmulatedWorld> SlackAsync(string engine) => EmulatedWorld.CreateAsync(engine, "slack", "slack", new JsonObject
    {
        ["base_url"] = "/api",
        ["authorize_url"] = "/oauth/v2/authorize",
        ["token_url"] = "/api/oauth.v2.access",
        ["revoke_url"] = "/api/auth.revoke",
    }, ct);

    private Task<EmulatedWorld> LinearAsync(string engine) => EmulatedWorld.CreateAsync(engine, "linear", "linear", new JsonObject
    {
        ["base_url"] = "",
        ["authorize_url"] = "/oauth/authorize",
        ["token_url"] = "/oauth/token",
        ["revoke_url"] = "/oauth/revoke",
    }, ct);

    private async Task ConnectBothAsync(EmulatedWorld world)
    {
        foreach (var person in People)
        {
            await world.ConnectAsync(UserOf(person), person, ct);
        }
    }

    private static string UserOf(string person) => $"user_{person}";

    private static string? Text(JsonElement data, string name) => data.GetProperty(name).GetString();
}
