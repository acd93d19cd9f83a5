using System.Text.Json.Serialization;
using Behalf.Projects.ApiKeys;
using Behalf.Projects.Limits;
using Behalf.Projects.Users;
using Behalf.Projects.Webhooks;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Projects;

internal static class ProjectsModule
{
    public static IServiceCollection AddProjects(this IServiceCollection services, string data, RateSettings rates, CrowdSettings crowds)
    {
        services.AddJson(ProjectsWireJson.Default);
        services.AddSingleton<Credentials>();
        services.AddSingleton<FailureLimit>();
        services.AddSingleton(rates).AddSingleton(crowds).AddSingleton<RequestRates>().AddSingleton<RequestGate>();
        services.AddSingleton<CreateProject>();
        services.AddSingleton<LimitProject>();
        services.AddWebhooks();
        services.AddSingleton(provider =>
            new AdminKey(provider.GetRequiredService<IDatabase>(), Path.Combine(data, "admin-key")));
        return services;
    }

    public static void MapProjects(this IEndpointRouteBuilder api)
    {
        var owner = api.MapGroup("/org/owner/project").WithTags("Projects").Accepts(KeyKinds.Admin);
        owner.MapPost("/new", CreateProject.HandleAsync);
        owner.MapGet("/list", ManageProjects.ListAsync);
        owner.MapGet("/{id}", ManageProjects.GetAsync);
        owner.MapGet("/{id}/limits", LimitProject.GetAsync);
        owner.MapPut("/{id}/limits", LimitProject.HandleAsync);
        owner.MapPost("/{id}/regenerate_api_key", ManageProjects.RegenerateKeyAsync);

        var own = api.MapGroup("/project").WithTags("Projects").Accepts(KeyKinds.Project);
        own.MapGet("", ManageProject.GetAsync);
        own.MapPatch("", ManageProject.UpdateAsync);

        var config = api.MapGroup("/org/project/config").WithTags("Projects").Accepts(KeyKinds.Project);
        config.MapGet("", ProjectConfig.GetAsync);
        config.MapPatch("", ProjectConfig.UpdateAsync);

        var keys = api.MapGroup("/api_keys").WithTags("Keys").Accepts(KeyKinds.Project);
        keys.MapPost("", ManageApiKeys.CreateAsync).Produces<ApiKeyAnswer>(201);
        keys.MapGet("", ManageApiKeys.ListAsync);
        keys.MapPost("/{id}/rotate", ManageApiKeys.RotateAsync);
        keys.MapDelete("/{id}", ManageApiKeys.RevokeAsync);

        var userKeys = api.MapGroup("/user_keys").WithTags("Keys").Accepts(KeyKinds.Project);
        userKeys.MapPost("", ManageUserKeys.CreateAsync).Produces<ApiKeyAnswer>(201);
        userKeys.MapGet("", ManageUserKeys.ListAsync);
        userKeys.MapDelete("/{id}", ManageUserKeys.RevokeAsync);

        api.MapWebhooks();
        api.MapPost("/api_key_revocation", ReportLeakedKeys.HandleAsync).WithTags("Keys").AcceptsAnyone();
        api.MapPost("/users", CreateUser.HandleAsync).WithTags("Users").Accepts(KeyKinds.Project).Produces<CreateUserAnswer>(201);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CreateProjectRequest))]
[JsonSerializable(typeof(CreateProjectAnswer))]
[JsonSerializable(typeof(OwnedProjectsPage))]
[JsonSerializable(typeof(OwnedProjectDetail))]
[JsonSerializable(typeof(RegeneratedKeyAnswer))]
[JsonSerializable(typeof(ProjectLimits))]
[JsonSerializable(typeof(ProjectAnswer))]
[JsonSerializable(typeof(UpdateProjectRequest))]
[JsonSerializable(typeof(ProjectConfigAnswer))]
[JsonSerializable(typeof(ProjectConfigRequest))]
[JsonSerializable(typeof(CreateApiKeyRequest))]
[JsonSerializable(typeof(RotateApiKeyRequest))]
[JsonSerializable(typeof(RevokedAnswer))]
[JsonSerializable(typeof(CreateUserKeyRequest))]
[JsonSerializable(typeof(Page<ApiKeyAnswer>))]
[JsonSerializable(typeof(ReportLeakedKeysRequest))]
[JsonSerializable(typeof(ReportLeakedKeysAnswer))]
[JsonSerializable(typeof(CreateUserRequest))]
[JsonSerializable(typeof(CreateUserAnswer))]
internal sealed partial class ProjectsWireJson : JsonSerializerContext;
