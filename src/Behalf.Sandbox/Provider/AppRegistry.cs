using System.Collections.Concurrent;

namespace Behalf.Sandbox.Provider;

/// <summary>An OAuth client, as its developer registered it.</summary>
internal sealed record App
{
    public required string ClientId { get; init; }

    public required string ClientSecret { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<string> RedirectUris { get; init; }
}

/// <summary>The developer console's list of apps.</summary>
internal sealed class AppRegistry
{
    private readonly ConcurrentDictionary<string, App> _apps = new(StringComparer.Ordinal);

    public App Register(string name, params IReadOnlyList<string> redirectUris)
    {
        var app = new App
        {
            ClientId = Opaque.Name("app"),
            ClientSecret = Opaque.Secret("sbs"),
            Name = name,
            RedirectUris = redirectUris,
        };
        _apps[app.ClientId] = app;
        return app;
    }

    public App? Find(string? clientId) => clientId is not null ? _apps.GetValueOrDefault(clientId) : null;

    /// <summary>Null if there is no such app; what is null stays.</summary>
    public App? Change(string clientId, string? name, IReadOnlyList<string>? redirectUris)
    {
        while (_apps.TryGetValue(clientId, out var old))
        {
            var changed = old with { Name = name ?? old.Name, RedirectUris = redirectUris ?? old.RedirectUris };
            if (_apps.TryUpdate(clientId, changed, old))
            {
                return changed;
            }
        }

        return null;
    }

    /// <summary>RFC 6749 §3.1.2: absolute and without a fragment.</summary>
    public static bool IsRedirectUri(string uri) =>
        Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"
        && !uri.Contains('#', StringComparison.Ordinal);
}
