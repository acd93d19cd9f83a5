namespace Behalf.Egress;

internal static class EgressModule
{
    public static WebApplicationBuilder AddEgress(this WebApplicationBuilder builder)
    {
        // Read here, not when the first request leaves: a wrong value stops the start.
        var options = EgressOptions.Parse(builder.Configuration[EgressOptions.Variable]);
        builder.Services.AddSingleton(services => new GuardedHttp(options, services.GetRequiredService<TimeProvider>()));
        return builder;
    }
}
