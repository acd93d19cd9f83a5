using Behalf.Keys;
using Behalf.Keys.Local;
using Behalf.Storage;

namespace Behalf.Vault;

internal static class VaultModule
{
    /// <param name="services">Where the room's services go.</param>
    /// <param name="keys">What <c>BEHALF_KEYS</c> says.</param>
    /// <param name="data">The data folder.</param>
    /// <param name="backupRetention">How long backups are kept.</param>
    public static IServiceCollection AddVault(this IServiceCollection services, string? keys, string data, TimeSpan backupRetention)
    {
        services.AddSingleton(provider => KeySetting.Parse(keys, data, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IKeyProvider>(provider => provider.GetRequiredService<KeyFile>());
        services.AddSingleton<PrepareKeyFile>();
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
