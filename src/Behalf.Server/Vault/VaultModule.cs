using Behalf.Keys;
using Behalf.Keys.Transit;
using Behalf.Storage;

namespace Behalf.Vault;

internal static class VaultModule
{
    /// <param name="services">Where the room's services go.</param>
    /// <param name="keys">What <c>BEHALF_KEYS</c> says.</param>
    /// <param name="transit">How to log in to Vault or OpenBao.</param>
    /// <param name="data">The data folder.</param>
    /// <param name="backupRetention">How long backups are kept.</param>
    public static IServiceCollection AddVault(
        this IServiceCollection services, string? keys, TransitAccess transit, string data, TimeSpan backupRetention)
    {
        services.AddSingleton(new KeyServiceLimits());
        services.AddSingleton(provider => KeySetting.Parse(
            keys, data, transit, provider.GetRequiredService<KeyServiceLimits>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IKeyProvider>(provider => provider.GetRequiredService<KeyProviders>());
        services.AddSingleton<PrepareKeys>();
        services.AddSingleton<KeyReadiness>();
        services.AddSingleton<Seal>();
        services.AddHostedService<WatchSeal>();
        services.AddSingleton<ThisDeployment>();
        services.AddSingleton(new ProjectKeyLimits());
        services.AddSingleton<ProjectKeys>();
        services.AddSingleton<DataKeys>();
        services.AddSingleton<SecretVault>();
        services.AddSingleton<ProjectKeyGenerations>();
        services.AddSingleton<RewrapDataKeys>();
        services.AddSingleton<RewrapProjectKeys>();
        services.AddSingleton(new BackupRetention(backupRetention));
        services.AddSingleton<RetireProviderKeys>();
        return services;
    }
}
