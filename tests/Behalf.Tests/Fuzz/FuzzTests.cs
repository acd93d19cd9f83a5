using System.Text;
using Behalf.Tests.Support;

namespace Behalf.Tests.Fuzz;

/// <summary>Whatever is sent, the answer is typed: no 500, no hang, and 5xx only with a reason that passes.</summary>
public sealed class FuzzTests
{
    private const int Requests = 5000;

    [Theory]
    [InlineData("sqlite", 20261120)]
    [InlineData("postgres", 31337)]
    public async Task No_request_made_from_the_description_breaks_the_server(string engine, int seed)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        using var agent = await world.UserKeyAsync("user_1");
        var document = (await world.Project.GetAsync("/openapi.json")).Json;
        var project = (await world.Project.GetAsync("/api/v3.1/project")).Json.GetProperty("id").GetString()!;
        var generator = new RequestGenerator(
            document, seed, [account, world.AuthConfig, project, "user_1", "SANDBOX_GET_ME", "SANDBOX_SEND_MAIL", "sandbox", "github"],
            [world.Project.Key!, world.Project.Key!, world.Project.Key!, agent.Key!, world.Server.AdminKey]);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = world.Server.Url,
            Timeout = TimeSpan.FromSeconds(30),
        };
        var statuses = new SortedDictionary<int, int>();
        for (var i = 0; i < Requests; i++)
        {
            var request = generator.Next();

            // The keys and the project must outlive the run; ending them is tested where it is meant.
            if (request.Method == HttpMethod.Delete || request.Path.Contains("regenerate", StringComparison.Ordinal) || request.Path.Contains("revocation", StringComparison.Ordinal)
                || request.Path.Contains("/limits", StringComparison.Ordinal)
                || (request.Path.Contains("/api_keys/", StringComparison.Ordinal) && request.Method == HttpMethod.Post))
            {
                request = request with { Path = request.Path.Replace(account, "ca_0000000000000000000001", StringComparison.Ordinal).Replace(world.AuthConfig, "ac_0000000000000000000001", StringComparison.Ordinal).Replace(project, "pr_0000000000000000000001", StringComparison.Ordinal).Replace("user_1", "user_9", StringComparison.Ordinal) };
            }

            using var message = new HttpRequestMessage(request.Method, request.Path);
            message.Headers.Add("x-api-key", request.Key);
            message.Content = request.Body is null ? null : new StringContent(request.Body, Encoding.UTF8, "application/json");
            using var response = await http.SendAsync(message);
            var status = (int)response.StatusCode;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            var acceptable = status < 500 || (status == 503 && response.Headers.RetryAfter is not null) || status == 502;
            Assert.True(
                acceptable,
                $"seed {seed}, request {i}: {status} for {request.Method} {request.Path}\n{request.Body}\n{await response.Content.ReadAsStringAsync()}\n{string.Join('\n', world.Server.Log.Lines.Where(l => l.StartsWith("Error", StringComparison.Ordinal)).TakeLast(1))}");
        }

        Assert.DoesNotContain(world.Server.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));

        // The run meant something: it was let in, and it was refused in several ways.
        Assert.InRange(statuses.GetValueOrDefault(200) + statuses.GetValueOrDefault(201), 300, Requests);
        Assert.All([400, 403, 404], status => Assert.InRange(statuses.GetValueOrDefault(status), 50, Requests));
    }
}
