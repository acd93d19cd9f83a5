namespace Behalf.Hosting.Exports;

internal static class ExportsModule
{
    /// <summary>Before the rooms, so that it is there when they begin. Nothing of it exists where nothing is to be told.</summary>
    public static IServiceCollection AddExports(this IServiceCollection services, TelemetrySettings settings)
    {
        if (!settings.SendsTraces && !settings.TakesMetrics)
        {
            return services;
        }

        services.AddSingleton(settings);
        services.AddSingleton<Exporting>().AddHostedService(provider => provider.GetRequiredService<Exporting>());
        if (settings.TakesMetrics)
        {
            services.AddSingleton<Backlogs>().AddHostedService(provider => provider.GetRequiredService<Backlogs>());
            services.AddHostedService<Gauges>();
        }

        if (settings.Metrics is not null)
        {
            services.AddSingleton<MetricsListener>().AddHostedService(provider => provider.GetRequiredService<MetricsListener>());
        }

        return services;
    }
}
