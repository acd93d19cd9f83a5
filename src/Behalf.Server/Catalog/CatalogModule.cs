namespace Behalf.Catalog;

internal static class CatalogModule
{
    public static IServiceCollection AddCatalog(this IServiceCollection services, string folder, string? overrides)
    {
        services.AddSingleton(CatalogLoader.Load(
            folder, overrides is null ? ToolkitOverrides.None : ToolkitOverrides.Read(overrides)));
        return services;
    }
}
