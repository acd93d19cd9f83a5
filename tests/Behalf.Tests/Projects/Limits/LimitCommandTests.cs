using System.Text.Json;
using Behalf.Tests.Support;

namespace Behalf.Tests.Projects.Limits;

/// <summary>The operator grants limits from the command line, beside a server that runs.</summary>
public sealed class LimitCommandTests
{
    [Theory, OnBothEngines]
    public async Task What_is_granted_on_the_command_line_holds_in_the_running_server(string engine)
    {
        await using var server = await TestServer.StartAsync(engine);
        var settings = new Dictionary<string, string> { ["BEHALF_DATA"] = server.Data, ["BEHALF_DATABASE"] = server.DatabaseAddress };
        var made = JsonDocument.Parse((await RunAsync("projects", "create", "Acme", "--json")).Output).RootElement;
        var (id, key) = (made.GetProperty("project_id").GetString()!, made.GetProperty("api_key").GetString());
        using var acme = server.Client(key);
        (await acme.GetAsync("/api/v3.1/project")).Expect(200);

        Assert.Equal("requests per minute  1\ncalls at once        as the instance\n", (await RunAsync("projects", "limit", id, "--requests-per-minute", "1")).Output);
        (await acme.GetAsync("/api/v3.1/project")).Expect(200);
        (await acme.GetAsync("/api/v3.1/project")).Expect(429);

        // What is not named stays.
        Assert.Equal("requests per minute  1\ncalls at once        any number\n", (await RunAsync("projects", "limit", id, "--calls-at-once", "0")).Output);
        Assert.Equal("requests per minute  as the instance\ncalls at once        as the instance\n", (await RunAsync("projects", "limit", id, "--default")).Output);
        (await acme.GetAsync("/api/v3.1/project")).Expect(200);

        var unknown = await ServerProcess.RunAsync(["projects", "limit", "pr_0000000000000000000001"], settings);
        Assert.Equal((1, "behalf: There is no such resource in this project.\n"), (unknown.Exit, unknown.Errors));

        async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments)
        {
            var ran = await ServerProcess.RunAsync(arguments, settings);
            Assert.True(ran.Exit == 0, ran.Errors);
            return ran;
        }
    }
}
