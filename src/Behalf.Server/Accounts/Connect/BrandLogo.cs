using Behalf.Egress;
using Behalf.Storage;

namespace Behalf.Accounts.Connect;

/// <summary>The project's logo, fetched by us: the visitor's browser talks to nobody else, and the policy allows nobody else.
/// Shown for as long as the link is open.</summary>
internal static class BrandLogo
{
    public static string PathFor(FlowRow flow) => $"/connect/logo/{flow.ProjectId}/{flow.FlowId}";

    public static async Task<IResult> HandleAsync(
        string project, string flow, HttpContext http, IDatabase database, ConnectContexts contexts, BrandLogos logos, CancellationToken ct)
    {
        if (await FindAsync(project, flow, database, contexts, ct) is not { BrandLogoUrl: { } url } context
            || await logos.FindAsync(context.Config.Id, new Uri(url), ct) is not { } logo)
        {
            return Results.NotFound();
        }

        http.Response.Headers.CacheControl = "private, max-age=600";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        return Results.Bytes(logo.Content, logo.Type);
    }

    private static async Task<ConnectContext?> FindAsync(
        string projectId, string flowId, IDatabase database, ConnectContexts contexts, CancellationToken ct)
    {
        if (!Id<IdKinds.Project>.TryParse(projectId, out var project) || !Id<IdKinds.Flow>.TryParse(flowId, out var flow))
        {
            return null;
        }

        var row = await database.FindAsync<FlowRow>(
            RowScope.Of(project),
            $"""
            select {FlowStore.Columns} from flow
            where project_id = @project and flow_id = @flow and stage < 5 and expires_at > behalf_now()
            """,
            new { project, flow },
            ct);
        return row is null ? null : await contexts.OfAsync(row, ct);
    }
}

/// <summary>A picture that browsers may show.</summary>
internal sealed record Logo(byte[] Content, string Type);

/// <summary>The logos that were asked for lately. Whoever holds a link can ask as often as they like: the address that the
/// project named is fetched once in a while, and memory is bounded.</summary>
internal sealed class BrandLogos(GuardedHttp egress, TimeProvider clock)
{
    private const int MostBytes = 256 * 1024;

    /// <summary>16 MB at most.</summary>
    private const int MostKept = 64;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    /// <summary>One that could not be had is asked for again sooner: somebody may be putting it right.</summary>
    private static readonly TimeSpan KeptIfMissing = TimeSpan.FromMinutes(1);

    private readonly Lock _turn = new();
    private readonly Dictionary<(Id<IdKinds.AuthConfig> Config, Uri Url), Entry> _entries = [];

    /// <summary>Null if there is no picture at that address.</summary>
    public Task<Logo?> FindAsync(Id<IdKinds.AuthConfig> config, Uri url, CancellationToken ct)
    {
        lock (_turn)
        {
            var now = clock.GetUtcNow();
            if (!_entries.TryGetValue((config, url), out var entry) || IsOver(entry, now))
            {
                _entries.Remove((config, url));
                MakeRoom(now);

                // Goes on when this visitor leaves: others wait for the same.
                entry = new Entry(now, Task.Run(() => FetchAsync(url), CancellationToken.None));
                _entries[(config, url)] = entry;
            }

            return entry.Logo.WaitAsync(ct);
        }
    }

    private void MakeRoom(DateTimeOffset now)
    {
        foreach (var (key, _) in _entries.Where(pair => IsOver(pair.Value, now)).ToArray())
        {
            _entries.Remove(key);
        }

        if (_entries.Count >= MostKept)
        {
            _entries.Remove(_entries.MinBy(pair => pair.Value.Since).Key);
        }
    }

    private static bool IsOver(Entry entry, DateTimeOffset now) =>
        now - entry.Since > (entry.Logo is { IsCompleted: true } done && (done.IsFaulted || done.Result is null) ? KeptIfMissing : Kept);

    private async Task<Logo?> FetchAsync(Uri url)
    {
        try
        {
            var response = await egress.SendAsync(
                new EgressRequest
                {
                    Method = HttpMethod.Get,
                    Purpose = EgressPurpose.Logo,
                    Url = url,
                    Hosts = AllowedHosts.AnyPublic,
                    Deadline = TimeSpan.FromSeconds(5),
                    MaxResponseBytes = MostBytes,
                    FollowRedirects = true,
                },
                CancellationToken.None);

            // By its first bytes, not by what its server calls it; no SVG, which can hold script.
            return response.Status == 200 && !response.Truncated && TypeOf(response.Body.Span) is { } type
                ? new Logo(response.Body.ToArray(), type)
                : null;
        }
        catch (EgressException)
        {
            return null;
        }
    }

    private static string? TypeOf(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 8 && bytes[0] == 0x89 && bytes[1..4].SequenceEqual("PNG"u8) ? "image/png"
        : bytes.Length > 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF ? "image/jpeg"
        : bytes.StartsWith("GIF8"u8) ? "image/gif"
        : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8) ? "image/webp"
        : null;

    private sealed record Entry(DateTimeOffset Since, Task<Logo?> Logo);
}
