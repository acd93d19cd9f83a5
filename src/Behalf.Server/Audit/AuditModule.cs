using System.Text.Json.Serialization;
using Behalf.Audit.Calls;
using Behalf.Audit.Chain;
using Behalf.Audit.Export;
using Behalf.Audit.Lists;
using Behalf.Audit.Sealing;
using Behalf.Wire;

namespace Behalf.Audit;

internal static class AuditModule
{
    public static IServiceCollection AddAudit(this IServiceCollection services)
    {
        services.AddJson(AuditWireJson.Default);
        services.AddSingleton<CheckpointKeys>();
        services.AddSingleton<EventSealer>();
        services.AddSingleton<Sealer>();
        services.AddSingleton<CallRecorder>();
        services.AddSingleton<VerifyAuditTrail>();
        services.AddSingleton<ExportAuditTrail>();

        // Stopped in the reverse order: the last calls are recorded, then sealed.
        services.AddHostedService(provider => provider.GetRequiredService<Sealer>());
        services.AddHostedService(provider => provider.GetRequiredService<CallRecorder>());
        return services;
    }

    public static void MapAudit(this IEndpointRouteBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("Audit").Accepts(KeyKinds.Project);
        audit.MapGet("/events", ListAuditEvents.HandleAsync);
        audit.MapGet("/export", ExportAuditTrail.HandleAsync).Produces<string>(contentType: "application/x-ndjson");
        audit.MapGet("/verify", VerifyAuditTrail.HandleAsync);
        audit.MapGet("/public_keys", ShowPublicKeys.HandleAsync);

        var logs = api.MapGroup("/logs/tool_execution").WithTags("Logs").Accepts(KeyKinds.Project);
        logs.MapPost("", ToolLogs.SearchAsync);
        logs.MapGet("/{id}", ToolLogs.GetAsync);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Page<AuditEventAnswer>))]
[JsonSerializable(typeof(TrailVerification))]
[JsonSerializable(typeof(PublicKeysAnswer))]
[JsonSerializable(typeof(SearchToolLogsRequest))]
[JsonSerializable(typeof(ToolLogsAnswer))]
[JsonSerializable(typeof(ToolLogDetail))]
[JsonSerializable(typeof(string))]
internal sealed partial class AuditWireJson : JsonSerializerContext;
