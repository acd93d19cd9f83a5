using Behalf.Projects.ApiKeys;
using Behalf.Storage;

namespace Behalf.Projects;

internal static class ProjectsModule
{
    public static IServiceCollection AddProjects(this IServiceCollection services, string data)
    {
        services.AddSingleton<Credentials>();
        services.AddSingleton<FailureLimit>();
        services.AddSingleton(provider =>
            new AdminKey(provider.GetRequiredService<IDatabase>(), Path.Combine(data, "admin-key")));
        return services;
    }

    public static void MapProjects(this IEndpointRouteBuilder api)
    {
    }
}
