using Behalf.Broker.Wire;
using Behalf.Wire;

namespace Behalf.Gateway.Entities;

/// <summary>The wire of the entity-style clients, for applications that were written for them: edges over what the newer wire
/// does. Its clients take every status but 200 for a failure.</summary>
internal static class EntitiesModule
{
    private const KeyKinds Both = KeyKinds.Project | KeyKinds.User;

    public static IServiceCollection AddEntities(this IServiceCollection services)
    {
        services.AddJson(EntitiesJson.InCamelCase);
        services.AddSingleton<FindIntegration>();
        services.AddSingleton<ShowConnection>();
        return services;
    }

    public static void MapEntities(this IEndpointRouteBuilder app)
    {
        var first = app.MapGroup("/api/v1").WithMetadata(EntityErrors.Form);
        MapApps(first);
        MapIntegrations(first.MapGroup("/integrations").WithTags("Entities: integrations"));
        MapConnections(first.MapGroup("/connectedAccounts").WithTags("Entities: connected accounts"));
        MapTriggers(first.MapGroup("/triggers").WithTags("Entities: triggers"));
        first.MapGet("/actions/list/enums", Actions.Enum).WithTags("Entities: actions").Accepts(Both);
        first.MapPost("/logs", ClientLogs.Take).WithTags("Entities: logs").Accepts(Both);

        var second = app.MapGroup("/api/v2").WithMetadata(EntityErrors.Form);
        MapActions(second.MapGroup("/actions").WithTags("Entities: actions").Accepts(Both));
        MapIntegrationsOfApps(second.MapGroup("/integrations").WithTags("Entities: integrations").Accepts(KeyKinds.Project));
        second.MapPost("/connectedAccounts/initiateConnection", ConnectAccount.InitiateAsync).WithTags("Entities: connected accounts").Accepts(Both);
        second.MapGet("/triggers/{name}", Triggers.Refuse).WithTags("Entities: triggers").Accepts(Both);
    }

    private static void MapApps(IEndpointRouteBuilder first)
    {
        first.MapGet("/client/auth/client_info", ClientInfo.Get).WithTags("Entities: apps").Accepts(Both);
        var apps = first.MapGroup("/apps").WithTags("Entities: apps").Accepts(Both);
        apps.MapGet("", Apps.List);
        apps.MapGet("/{app}", Apps.Get);
        apps.MapGet("/list/enums", Apps.Enum);
        apps.MapGet("/list/categories", Apps.Categories);
    }

    private static void MapIntegrations(IEndpointRouteBuilder integrations)
    {
        // The Python client asks before each connection: a user key finds what is there, and makes none.
        integrations.MapPost("", Integrations.CreateAsync).Accepts(Both);
        integrations.MapGet("", Integrations.ListAsync).Accepts(KeyKinds.Project);
        integrations.MapGet("/{id}", Integrations.GetAsync).Accepts(KeyKinds.Project);
        integrations.MapDelete("/{id}", Integrations.DeleteAsync).Accepts(KeyKinds.Project);
    }

    private static void MapIntegrationsOfApps(IEndpointRouteBuilder integrations)
    {
        integrations.MapPost("/create", Integrations.CreateForAppAsync);
        integrations.MapPost("/get-or-create", Integrations.GetOrCreateAsync);
        integrations.MapPost("/search-by-filters", Integrations.SearchAsync);
    }

    private static void MapConnections(IEndpointRouteBuilder connections)
    {
        connections.MapPost("", ConnectAccount.CreateAsync).Accepts(Both);
        connections.MapGet("", Connections.ListAsync).Accepts(Both);
        connections.MapGet("/{id}", Connections.GetAsync).Accepts(Both);
        connections.MapGet("/{id}/info", Connections.InfoAsync).Accepts(Both);
        connections.MapDelete("/{id}", Connections.DeleteAsync).Accepts(KeyKinds.Project);
        connections.MapPost("/{id}/enable", Connections.EnableAsync).Accepts(KeyKinds.Project);
        connections.MapPost("/{id}/disable", Connections.DisableAsync).Accepts(KeyKinds.Project);
        connections.MapPost("/{id}/reinitiate", ConnectAccount.ReinitiateAsync).Accepts(KeyKinds.Project);
    }

    private static void MapActions(IEndpointRouteBuilder actions)
    {
        actions.MapGet("", Actions.ListAsync);
        actions.MapGet("/list/all", Actions.ListAsync);
        actions.MapGet("/list/enums", Actions.Enum);
        actions.MapGet("/list/tags", Actions.Tags);
        actions.MapGet("/search/advanced", Actions.SearchAsync);
        actions.MapGet("/{tool}", Actions.Get);
        actions.MapPost("/{tool}/execute", ExecuteAction.HandleAsync).WithMetadata(TakesPlaceOfCall.Mark);
        actions.MapPost("/{tool}/execute/get.inputs", WriteInput.Handle);
        actions.MapPost("/proxy", ExecuteAction.ProxyAsync).WithMetadata(TakesPlaceOfCall.Mark);
    }

    private static void MapTriggers(IEndpointRouteBuilder triggers)
    {
        triggers.MapGet("", Triggers.List).Accepts(Both);
        triggers.MapGet("/list/enums", Triggers.Enum).Accepts(Both);
        triggers.MapGet("/active_triggers", Triggers.ListActive).Accepts(Both);
        triggers.MapGet("/callback_url", Triggers.Callback).Accepts(KeyKinds.Project);
        triggers.MapPost("/enable/{account}/{name}", Triggers.Refuse).Accepts(KeyKinds.Project);
        triggers.MapPatch("/instance/{name}/status", Triggers.Refuse).Accepts(KeyKinds.Project);
        triggers.MapDelete("/instance/{name}", Triggers.Refuse).Accepts(KeyKinds.Project);
        triggers.MapPost("/setCallbackURL", Triggers.Refuse).Accepts(KeyKinds.Project);
        triggers.MapPost("/set_callback_url", Triggers.Refuse).Accepts(KeyKinds.Project);
    }
}
