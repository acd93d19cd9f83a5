namespace Behalf.Egress;

internal static class EgressModule
{
    public static IServiceCollection AddEgress(this IServiceCollection services, string? allow)
    {
        services.AddSingleton(EgressOptions.Parse(allow));
        services.AddSingleton(provider =>
            new GuardedHttp(provider.GetRequiredService<EgressOptions>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
