using Behalf.Egress;
using Behalf.Storage;

namespace Behalf.Accounts.Connect;

/// <summary>The project's logo, fetched by us: the visitor's browser talks to nobody else, and the policy allows nobody else.</summary>
internal static class BrandLogo
{
    private const int MostBytes = 256 * 1024;

    public static string PathFor(FlowRow flow) => $"/connect/logo/{flow.ProjectId}/{flow.FlowId}";

    public static async Task<IResult> HandleAsync(
        string project, string flow, HttpContext http, IDatabase database, ConnectContexts contexts, GuardedHttp egress, CancellationToken ct)
    {
        if (await FindAsync(project, flow, database, contexts, ct) is not { } url)
        {
            return Results.NotFound();
        }

        try
        {
            var response = await egress.SendAsync(
                new EgressRequest
                {
                    Method = HttpMethod.Get,
                    Url = url,
                    Hosts = AllowedHosts.AnyPublic,
                    Deadline = TimeSpan.FromSeconds(5),
                    MaxResponseBytes = MostBytes,
                    FollowRedirects = true,
                },
                ct);

            // By its first bytes, not by what its server calls it; no SVG, which can hold script.
            if (response.Status != 200 || response.Truncated || TypeOf(response.Body.Span) is not { } type)
            {
                return Results.NotFound();
            }

            http.Response.Headers.CacheControl = "private, max-age=600";
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
            return Results.Bytes(response.Body.ToArray(), type);
        }
        catch (EgressException)
        {
            return Results.NotFound();
        }
    }

    private static async Task<Uri?> FindAsync(string projectId, string flowId, IDatabase database, ConnectContexts contexts, CancellationToken ct)
    {
        if (!Id<IdKinds.Project>.TryParse(projectId, out var project) || !Id<IdKinds.Flow>.TryParse(flowId, out var flow))
        {
            return null;
        }

        var row = await database.FindAsync<FlowRow>(
            RowScope.Of(project), $"select {FlowStore.Columns} from flow where project_id = @project and flow_id = @flow", new { project, flow }, ct);
        return row is not null && await contexts.OfAsync(row, ct) is { BrandLogoUrl: { } url } ? new Uri(url) : null;
    }

    private static string? TypeOf(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 8 && bytes[0] == 0x89 && bytes[1..4].SequenceEqual("PNG"u8) ? "image/png"
        : bytes.Length > 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF ? "image/jpeg"
        : bytes.StartsWith("GIF8"u8) ? "image/gif"
        : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8) ? "image/webp"
        : null;
}
