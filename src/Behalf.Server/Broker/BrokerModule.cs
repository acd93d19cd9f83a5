using Behalf.Broker.Calls;
using Behalf.Broker.Places;
using Behalf.Broker.Wire;
using Behalf.Wire;

namespace Behalf.Broker;

internal static class BrokerModule
{
    private const KeyKinds Both = KeyKinds.Project | KeyKinds.User;

    public static IServiceCollection AddBroker(this IServiceCollection services)
    {
        services.AddJson(BrokerJson.Default);
        services.AddSingleton<CallPlaces>();
        services.AddSingleton<ToolSchemas>();
        services.AddSingleton<FixingLinks>();
        services.AddSingleton<ChooseAccount>();
        services.AddSingleton<UpstreamCall>();
        services.AddSingleton<Idempotency>();
        services.AddHostedService<PurgeIdempotency>();
        services.AddSingleton<RunTool>();
        services.AddSingleton<RunProxy>();
        services.AddSingleton<ShowTool>();
        services.AddSingleton<ListTools>();
        return services;
    }

    public static void MapBroker(this IEndpointRouteBuilder api)
    {
        var tools = api.MapGroup("/tools").WithTags("Tools").Accepts(Both);
        tools.MapGet("", ListTools.ListAsync);
        tools.MapGet("/enum", ListTools.Enum);
        tools.MapGet("/{tool}", ListTools.Get);
        tools.MapPost("/scopes/required", ListTools.Scopes);
        tools.MapPost("/execute/proxy", ExecuteProxy.HandleAsync).WithMetadata(TakesPlaceOfCall.Mark);
        tools.MapPost("/execute/{tool}", ExecuteTool.HandleAsync).WithMetadata(TakesPlaceOfCall.Mark);
        tools.MapPost("/execute/{tool}/input", WriteInput.Handle);
    }
}
