namespace Behalf.Projects.Limits;

/// <summary>The gate of requests that are no tool calls.</summary>
internal sealed class RequestGate(CrowdSettings settings, TimeProvider clock)
{
    public Gate Gate { get; } = new(settings.ForAll, Refusal.Overloaded, clock);
}
