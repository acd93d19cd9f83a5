namespace Behalf.Egress;

internal static class EgressModule
{
    public static IServiceCollection AddEgress(this IServiceCollection services, string? allow, long answerBytes)
    {
        services.AddSingleton(EgressOptions.Parse(allow) with { AnswerBytes = answerBytes });
        services.AddSingleton(provider =>
            new GuardedHttp(provider.GetRequiredService<EgressOptions>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
