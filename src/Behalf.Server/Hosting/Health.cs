using Behalf.Audit.Sealing;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;

namespace Behalf.Hosting;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its work.</summary>
internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Results.Text("{\"status\":\"live\"}", "application/json"))
            .AcceptsWatchers().ExcludeFromDescription();
        routes.MapGet("/health/ready", ReadyAsync).AcceptsWatchers().ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(
        IDatabase database, KeyReadiness keys, ProjectKeys projectKeys, Sealer sealer, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            await database.ProbeAsync(limit.Token);
            if (projectKeys.Sealed)
            {
                return Results.Text("{\"status\":\"sealed\",\"by\":\"operator\"}", "application/json", statusCode: 503);
            }

            var health = await keys.AskAsync(limit.Token);
            if (health.Fault is not null && !keys.ServesWithout(health))
            {
                return Results.Text("{\"status\":\"sealed\"}", "application/json", statusCode: 503);
            }

            if (sealer.Fault is not null)
            {
                return Results.Text("{\"status\":\"audit_unsealed\"}", "application/json", statusCode: 503);
            }

            return Results.Text(health.Fault is null ? "{\"status\":\"ready\"}" : "{\"status\":\"ready\",\"keys\":\"away\"}", "application/json");
        }
        catch (Exception e) when (e is Problem or OperationCanceledException)
        {
            return Results.Text("{\"status\":\"storage_unavailable\"}", "application/json", statusCode: 503);
        }
    }
}
