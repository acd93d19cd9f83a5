using Behalf.Wire;

namespace Behalf.Projects.Limits;

/// <summary>How much of a kind this process does at once.</summary>
internal sealed record CrowdSettings
{
    public const int UsualCalls = 2048;

    /// <summary><c>BEHALF_MAX_CALLS</c>: tool calls under way; and, apart from them, as many other requests with a key.</summary>
    public int Calls { get; init; } = UsualCalls;

    /// <summary><c>BEHALF_MAX_CALLS_PER_PROJECT</c>: of one project, unless the operator gave it a number of its own.</summary>
    public int CallsPerProject { get; init; } = UsualCalls / 2;

    /// <summary><c>BEHALF_MAX_CALLS_PER_PROVIDER</c>: to one toolkit's provider.</summary>
    public int CallsPerProvider { get; init; } = UsualCalls / 2;

    /// <summary><c>BEHALF_MAX_WAITING_CALLS</c>: that wait for a place.</summary>
    public int Waiting { get; init; } = UsualCalls;

    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    public GateSize ForAll => new() { Places = Calls, PlacesOfOne = CallsPerProject, Waiting = Waiting, Patience = Patience };

    public GateSize ForProvider => new()
    {
        Places = CallsPerProvider,
        PlacesOfOne = ShareOfProvider(CallsPerProject),
        Waiting = Math.Min(Waiting, CallsPerProvider),
        Patience = Patience,
    };

    /// <summary>Of one provider's places a project has the same share as of all.</summary>
    public int ShareOfProvider(int ofAll) => ofAll == 0 ? 0 : (int)Math.Max(1, (long)CallsPerProvider * ofAll / Calls);
}

/// <summary>Holds a place for each request that came with a project's key and is not a tool call: those have places of their own,
/// so that neither kind crowds out the other. The operator needs none.</summary>
internal sealed class RequestPlaces(RequestDelegate next, RequestGate requests)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<Caller>() is not { Kind: not KeyKinds.Admin } caller
            || context.GetEndpoint()?.Metadata.GetMetadata<TakesPlaceOfCall>() is not null)
        {
            await next(context);
            return;
        }

        if (requests.Gate.RefusesAtOnce(caller.Project, caller.CallsAtOnce) is { } problem)
        {
            context.Refuse(problem);
            return;
        }

        using var place = await requests.Gate.EnterAsync(caller.Project, caller.CallsAtOnce, context.RequestAborted);
        await next(context);
    }
}
