using System.Diagnostics.Metrics;

namespace Behalf.Hosting.Exports;

/// <summary>Counts what was refused, by the slug that the caller was given.</summary>
internal static class Refusals
{
    /// <summary>Under which the request keeps the slug for its span.</summary>
    public static readonly object Key = new();

    private static readonly Counter<long> Count = Telemetry.Meter.CreateCounter<long>(
        "behalf.refusals", "{request}", "Requests that were refused, by the slug of the refusal.");

    public static void Told(HttpContext context, Refusal refusal)
    {
        context.Items[Key] = refusal.Slug;
        Count.Add(1, new(Labels.Reason, refusal.Slug), new(Labels.Status, refusal.Status));
    }
}
