namespace Behalf.Accounts.AuthConfigs;

/// <summary>An OAuth app that the operator registered for all projects of this instance.</summary>
internal sealed record ManagedApp(string ClientId, Secret ClientSecret);

/// <summary>The <c>managed_apps</c> of <c>behalf.json</c>: toolkit to client id and secret. They speak to the catalogue's own
/// endpoints only: an app of everybody must not be pointed at somebody's server.</summary>
internal sealed class ManagedApps(IReadOnlyDictionary<string, ManagedApp> apps)
{
    public ManagedApp? Find(string toolkit) => apps.GetValueOrDefault(toolkit);

    public static ManagedApps From(IConfiguration section)
    {
        var apps = new Dictionary<string, ManagedApp>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in section.GetChildren())
        {
            if (entry["client_id"] is not { Length: > 0 } id || entry["client_secret"] is not { Length: > 0 } secret)
            {
                throw new FormatException($"managed_apps.{entry.Key} in behalf.json needs client_id and client_secret.");
            }

            apps.Add(entry.Key, new ManagedApp(id, new Secret(secret)));
        }

        return new ManagedApps(apps);
    }
}
