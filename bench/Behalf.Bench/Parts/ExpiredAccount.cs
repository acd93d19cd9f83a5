using System.Globalization;

namespace Behalf.Bench.Parts;

/// <summary>Very many callers at once find that an account's token has expired, on two nodes: one of them renews it, and all have
/// their answer.</summary>
internal static class ExpiredAccount
{
    private const int Callers = 1000;

    /// <summary>So long that all come while the first is still at the provider.</summary>
    private const int UpstreamMs = 1000;

    private static readonly string[] Scopes = ["mail.read"];

    public static async IAsyncEnumerable<Goal> MeasureAsync(Field field)
    {
        var database = await Field.CreateDatabaseAsync();
        var upstream = await field.StartUpstreamAsync(UpstreamMs);
        var node = await field.StartNodeAsync("expired", database, upstream, accounts: 1);
        var other = await field.StartBesideAsync(node);
        var config = await node.CreateConfigAsync("S2S_OAUTH2", new { scopes = Scopes });
        var account = (await node.ConnectAsync(config, 1, "S2S_OAUTH2", _ => new { client_id = "client", client_secret = "secret" }))[0];

        // Only what callers look at: the schedule must not be quicker than they are.
        await PostgresFigures.ExecuteAsync(database, "update account_refresh set expires_at = 1 where expires_at is not null");
        using var one = node.Client();
        using var two = Http.Client(other.Url);
        two.DefaultRequestHeaders.Add("x-api-key", node.Key);
        var before = await TokensAsync(upstream);
        var answered = await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Node.ExecutesAsync(i % 2 == 0 ? one : two, account)));
        var tokens = await TokensAsync(upstream) - before;
        yield return tokens == 0
            ? throw new InvalidOperationException("The token was not renewed: it had not expired.")
            : new Goal($"PostgreSQL, two nodes, {Callers} callers on an expired account: token calls", tokens, 1, Most: true);
        yield return new Goal(
            $"PostgreSQL, two nodes, {Callers} callers on an expired account: without an answer", answered.Count(got => !got), 0, Most: true);
    }

    private static async Task<int> TokensAsync(Uri upstream)
    {
        using var http = Http.Client(upstream);
        return int.Parse(await http.GetStringAsync(Upstream.CountPath), CultureInfo.InvariantCulture);
    }
}
