using System.Net.Http.Json;
using System.Text.Json;

namespace Behalf.Demo;

/// <summary>The main job, from nothing: two users connect their own accounts, and an agent acts for each of them.</summary>
internal sealed class Story(Stage stage, Narrator say)
{
    private static readonly string[] Toolkits = ["sandbox"];

    private readonly Api _app = new(stage.Server.Url, stage.ApiKey);
    private string _config = "";
    private string _alice = "";
    private Api _agentOfAlice = null!;
    private Api _agentOfBob = null!;

    public async Task<int> TellAsync(CancellationToken ct)
    {
        await MakeProjectAsync(ct);
        await ConnectBothAsync(ct);
        await ActForBothAsync(ct);
        await RefuseForeignUserAsync(ct);
        await OfferLinkAsync(ct);
        await ChooseByAliasAsync(ct);
        await RenewAsync(ct);
        await RevokeAsync(ct);
        await new AuditChapter(stage, say, _app).TellAsync(ct);
        say.Close();
        return say.Failed;
    }

    private async Task MakeProjectAsync(CancellationToken ct)
    {
        say.Step("A project and its key. The application registers its own OAuth app at the provider.");
        say.Say($"server {stage.Server.Url}, provider {stage.Provider.Url}, project {stage.Project}");
        var (status, made) = await _app.PostAsync("auth_configs", new { toolkit = new { slug = "sandbox" }, auth_config = new { type = "use_custom_auth", authScheme = "OAUTH2" } }, ct);
        var config = made.GetProperty("auth_config");
        _config = config.GetProperty("id").GetString()!;
        var redirect = config.GetProperty("redirect_uri").GetString()!;
        say.Check(status == 201, $"the auth config shows the redirect URI to register: {redirect}");
        using var registered = await Web.Shared.PostAsJsonAsync($"{stage.Provider.Url}/apps", new { name = "Acme", redirect_uris = new[] { redirect } }, ct);
        var app = JsonElement.Parse(await registered.Content.ReadAsStringAsync(ct));
        var (patched, _) = await _app.SendAsync(HttpMethod.Patch, $"auth_configs/{_config}", new
        {
            type = "custom",
            credentials = new { client_id = app.GetProperty("client_id").GetString(), client_secret = app.GetProperty("client_secret").GetString() },
        }, ct);
        var (_, shown) = await _app.GetAsync($"auth_configs/{_config}", ct);
        say.Check(patched == 200 && shown.GetProperty("credentials").GetProperty("client_secret").GetString() == "REDACTED", "client id and secret are in; the secret is never shown again");
    }

    private async Task ConnectBothAsync(CancellationToken ct)
    {
        say.Step("Alice and Bob each connect their own account, on the Connect page and the provider's consent screen.");
        _alice = await ConnectAsync("alice", "alice", null, ct);
        await ConnectAsync("bob", "bob", null, ct);
    }

    private async Task<string> ConnectAsync(string user, string providerUser, string? alias, CancellationToken ct)
    {
        var (_, link) = await _app.PostAsync("connected_accounts/link", new { auth_config_id = _config, user_id = user, alias }, ct);
        var account = link.GetProperty("connected_account_id").GetString()!;
        using var browser = new Browser();
        var title = await browser.ConnectAsync(link.GetProperty("redirect_url").GetString()!, providerUser, ct);
        var (_, shown) = await _app.GetAsync($"connected_accounts/{account}", ct);
        say.Check(shown.GetProperty("status").GetString() == "ACTIVE", $"{user}: \"{title}\"; account {account} is ACTIVE");
        return account;
    }

    private async Task ActForBothAsync(CancellationToken ct)
    {
        say.Step("The same agent code runs the same tools for both. The agent holds a key that is bound to one user.");
        _agentOfAlice = await AgentAsync("alice", ct);
        _agentOfBob = await AgentAsync("bob", ct);
        foreach (var (user, agent) in new[] { ("alice", _agentOfAlice), ("bob", _agentOfBob) })
        {
            var me = await RunAsync(agent, user, "SANDBOX_GET_ME", new { }, ct);
            var sent = await RunAsync(agent, user, "SANDBOX_SEND_MAIL", new { to = "carol", subject = $"Hello from {user}", body = "Sent by an agent." }, ct);
            say.Check(me.GetProperty("data").GetProperty("id").GetString() == user && sent.GetProperty("successful").GetBoolean(), $"for {user} the provider saw {user}, and {user}'s mail is out");
        }

        var log = await LogAsync(ct);
        var prints = log.Where(l => l.Path.StartsWith("/api/", StringComparison.Ordinal) && l.User is "alice" or "bob").GroupBy(l => l.User).ToDictionary(g => g.Key, g => g.Select(l => l.Fingerprint).Distinct().ToList());
        say.Say("the provider's own log: " + string.Join(", ", prints.Select(p => $"{p.Key} called with token {string.Join("/", p.Value)}")));
        say.Check(prints.Count == 2 && !prints["alice"].Intersect(prints["bob"]).Any(), "each call carried that user's own credential");
    }

    private async Task<Api> AgentAsync(string user, CancellationToken ct)
    {
        var (_, key) = await _app.PostAsync("user_keys", new { user_id = user, toolkits = Toolkits, expires_in = 3600 }, ct);
        return new Api(stage.Server.Url, key.GetProperty("key").GetString()!, "demo-agent/1.0");
    }

    private async Task RefuseForeignUserAsync(CancellationToken ct)
    {
        say.Step("Alice's agent is talked into naming Bob.");
        var (status, refused) = await _agentOfAlice.PostAsync("tools/execute/SANDBOX_LIST_MAIL", new { user_id = "bob", arguments = new { } }, ct);
        say.Check(status == 403, $"403: {Message(refused)}");
    }

    private async Task OfferLinkAsync(CancellationToken ct)
    {
        say.Step("A tool for Carol, who has not connected.");
        var (status, refused) = await _app.PostAsync("tools/execute/SANDBOX_GET_ME", new { user_id = "carol", arguments = new { } }, ct);
        say.Check(status == 400 && Message(refused).Contains("/connect/ln_", StringComparison.Ordinal), $"400: {Message(refused)}");
    }

    private async Task ChooseByAliasAsync(CancellationToken ct)
    {
        say.Step("Alice connects a second account, and the call names it.");
        await ConnectAsync("alice", "carol", "work", ct);
        var (_, work) = await _agentOfAlice.PostAsync("tools/execute/SANDBOX_GET_ME", new { alias = "work", arguments = new { } }, ct);
        var (_, first) = await _agentOfAlice.PostAsync("tools/execute/SANDBOX_GET_ME", new { connected_account_id = _alice, arguments = new { } }, ct);
        say.Check(
            work.GetProperty("data").GetProperty("id").GetString() == "carol" && first.GetProperty("data").GetProperty("id").GetString() == "alice",
            "alias \"work\" is the second account, the first one is still there by its id");
    }

    private async Task RenewAsync(CancellationToken ct)
    {
        say.Step("An access token expires.");
        await ControlAsync("mode", new { access_token_lifetime_s = 3 }, ct);
        await ConnectAsync("dave", "mallory", null, ct);
        var before = await RefreshesAsync(ct);
        await Task.Delay(TimeSpan.FromSeconds(3.5), ct);
        await ControlAsync("mode", new { access_token_lifetime_s = 3600 }, ct);
        var me = await RunAsync(_app, "dave", "SANDBOX_GET_ME", new { }, ct);
        say.Check(
            me.GetProperty("successful").GetBoolean() && await RefreshesAsync(ct) > before,
            "after its three seconds the call still works: the token was renewed before use");
    }

    private async Task RevokeAsync(CancellationToken ct)
    {
        say.Step("Alice is revoked, here and at the provider. Bob's agent goes on.");
        var (_, revoked) = await _app.PostAsync($"connected_accounts/{_alice}/revoke", new { }, ct);
        say.Check(revoked.GetProperty("upstream").GetString() == "revoked", $"the provider took back: {string.Join(", ", revoked.GetProperty("revoked_tokens").EnumerateArray().Select(t => t.GetString()))}");
        var (status, refused) = await _agentOfAlice.PostAsync("tools/execute/SANDBOX_GET_ME", new { connected_account_id = _alice, arguments = new { } }, ct);
        say.Check(status == 400, $"Alice's agent, on the very next call: {Message(refused)}");
        var bob = await RunAsync(_agentOfBob, "bob", "SANDBOX_GET_ME", new { }, ct);
        say.Check(bob.GetProperty("successful").GetBoolean(), "Bob's agent goes on");
    }

    private static async Task<JsonElement> RunAsync(Api api, string user, string tool, object arguments, CancellationToken ct) =>
        (await api.PostAsync($"tools/execute/{tool}", new { user_id = user, arguments }, ct)).Body;

    private async Task ControlAsync(string what, object body, CancellationToken ct)
    {
        using var answer = await Web.Shared.PostAsJsonAsync($"{stage.Provider.Url}/ctl/{what}", body, ct);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<IReadOnlyList<(string User, string Path, string Fingerprint)>> LogAsync(CancellationToken ct)
    {
        var log = JsonElement.Parse(await Web.Shared.GetStringAsync(stage.Provider.Url + "/log.json", ct));
        return [.. log.EnumerateArray().Select(line => (
            line.GetProperty("user").GetString()!, line.GetProperty("path").GetString()!, line.GetProperty("fingerprint").GetString()!))];
    }

    private async Task<int> RefreshesAsync(CancellationToken ct) =>
        JsonElement.Parse(await Web.Shared.GetStringAsync(stage.Provider.Url + "/ctl/ledger", ct)).GetProperty("refreshes").GetInt32();

    private static string Message(JsonElement refused) => refused.GetProperty("error").GetProperty("message").GetString() ?? "";
}
