using System.Text.Json;
using System.Text.RegularExpressions;
using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting;

/// <summary>Sends requests and notes where an answer is not what the published document promises, and what of the promised
/// was never seen.</summary>
internal sealed class AnswerChecks(World world)
{
    private readonly HashSet<string> _seen = [];

    public List<string> Wrong { get; } = [];

    public HashSet<string> Routes { get; } = [];

    public Task<JsonElement> GetAsync(string path, TestClient? client = null) => SendAsync(HttpMethod.Get, path, null, client);

    public Task<JsonElement> PostAsync(string path, object? body = null, TestClient? client = null) => SendAsync(HttpMethod.Post, path, body, client);

    public Task<JsonElement> PatchAsync(string path, object? body) => SendAsync(HttpMethod.Patch, path, body, null);

    public Task<JsonElement> DeleteAsync(string path, TestClient? client = null) => SendAsync(HttpMethod.Delete, path, null, client);

    /// <summary>Fields that are always there, of which no answer had one to look at: an empty list proves nothing.</summary>
    public IEnumerable<string> Unseen() =>
        from route in WireFields.Published
        from field in route.Value.Answer
        where !field.Key.Contains('?') && !field.Value.Split('|').Contains("null")
        let name = $"{route.Key}: {field.Key}"
        where !_seen.Contains(name) && !IsBelowNull(route.Value, field.Key)
        select name;

    /// <summary>With the project set to <c>confirm</c>: the address at which a finished connection waits for its confirmation.</summary>
    public async Task<string> ParkAsync(string user, string at)
    {
        (await world.Project.PatchAsync("/api/v3.1/project", new
        {
            connect_verification = "confirm",
            verifier_url = "https://app.test/verify",
        })).Expect(200);
        var (url, _) = await world.LinkAsync(user);
        using var browser = new TestBrowser();
        var page = await browser.ConnectAsync(url, at);
        return System.Web.HttpUtility.ParseQueryString(page.Location!.Query)["session_uri"]!;
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, TestClient? client)
    {
        var route = RouteOf(method, path.Split('?')[0]);
        var published = WireFields.Published[route];
        Routes.Add(route);
        var answer = (await (client ?? world.Project).SendAsync(method, "/api/v3.1" + path, body)).Expect(published.Status).Json;
        foreach (var (text, types) in published.Answer)
        {
            var field = FieldPath.Parse(text);
            Look(answer, field, 0, types.Split('|'), $"{route}: {text}");
        }

        return answer;
    }

    private void Look(JsonElement at, FieldPath path, int depth, string[] types, string name)
    {
        if (depth == path.Steps.Count)
        {
            _seen.Add(name);
            if (!types.Select(t => t.TrimEnd('{', '}')).Contains(TypeOf(at)))
            {
                Wrong.Add($"{name} is {TypeOf(at)}");
            }

            return;
        }

        var step = path.Steps[depth];
        if (step == FieldStep.Items)
        {
            foreach (var item in at.ValueKind == JsonValueKind.Array ? at.EnumerateArray() : default)
            {
                Look(item, path, depth + 1, types, name);
            }
        }
        else if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(step.Name, out var next))
        {
            Look(next, path, depth + 1, types, name);
        }
        else if (at.ValueKind == JsonValueKind.Object && !step.MayBeMissing)
        {
            Wrong.Add($"{name} is missing");
        }
    }

    private static bool IsBelowNull(PublishedRoute route, string path) => route.Answer.Any(
        other => FieldPath.Parse(path).IsBelow(other.Key) && other.Value.Split('|').Contains("null"));

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>The published route that a path is of: the one with the most words of its own.</summary>
    private static string RouteOf(HttpMethod method, string path) => WireFields.Published.Keys
        .Where(route => Regex.IsMatch($"{method.Method} {path}", $"^{Regex.Escape(route).Replace(@"\{}", "[^/]+", StringComparison.Ordinal)}$"))
        .MinBy(route => route.Count(c => c == '{')) ?? throw new InvalidOperationException($"{method} {path} is not a published route.");
}
