using Behalf.Sandbox.Provider;

namespace Behalf.Tests.Support;

/// <summary>Many accounts, fast: each user has an API key of their own for one of two people at the sandbox.</summary>
internal sealed class KeyAccounts(OwnSandbox world, string config)
{
    private static readonly string[] People = ["alice", "bob"];

    public static async Task<KeyAccounts> CreateAsync(OwnSandbox world, int count)
    {
        var accounts = new KeyAccounts(world, await world.CreateConfigAsync("API_KEY"));
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) => await accounts.ConnectAsync(i));
        return accounts;
    }

    public async Task ConnectAsync(int number)
    {
        var key = world.Provider.Users.MintApiKey(world.Provider.Users.Find(PersonOf(number))!);
        (await world.Project.PostAsync("/api/v3.1/connected_accounts", new
        {
            auth_config = new { id = config },
            connection = new { user_id = UserOf(number), state = new { authScheme = "API_KEY", val = new { generic_api_key = key } } },
        })).Expect(201);
    }

    /// <summary>A tool runs for the user, as the person whose key it is; otherwise what was answered.</summary>
    public static async Task<string?> ObjectionAsync(TestClient project, int number)
    {
        var answer = await project.PostAsync($"/api/v3.1/tools/execute/{OwnSandbox.Tool}", new { user_id = UserOf(number), arguments = new { } });
        return answer.Status == 200 && answer.Json.GetProperty("successful").GetBoolean() && answer.Text.Contains($"\"{PersonOf(number)}\"", StringComparison.Ordinal)
            ? null
            : $"{UserOf(number)}: {answer.Status} {answer.Text}";
    }

    /// <summary>Every one of them.</summary>
    public static async Task AssertAllWorkAsync(TestClient project, int count)
    {
        var objections = new System.Collections.Concurrent.ConcurrentBag<string>();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            if (await ObjectionAsync(project, i) is { } objection)
            {
                objections.Add(objection);
            }
        });
        Assert.Empty(objections);
    }

    private static string PersonOf(int number) => People[number % People.Length];

    private static string UserOf(int number) => $"user_{number}";
}
