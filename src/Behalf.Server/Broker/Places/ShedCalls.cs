using Behalf.Catalog;
using Behalf.Wire;

namespace Behalf.Broker.Places;

/// <summary>Refuses at the door the calls that would find no place, before their bodies are read. Those that get past it find out at
/// the gates.</summary>
internal sealed class ShedCalls(RequestDelegate next, CallPlaces places, ToolCatalog catalog)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<TakesPlaceOfCall>() is null
            || context.Features.Get<Caller>() is not { } caller
            || places.RefusesAtOnce(caller, ToolkitOf(context)) is not { } problem)
        {
            return next(context);
        }

        context.Refuse(problem);
        return Task.CompletedTask;
    }

    private string? ToolkitOf(HttpContext context) =>
        context.GetRouteValue("tool") is string slug && catalog.TryGetTool(slug, out var tool) ? tool.Toolkit : null;
}
