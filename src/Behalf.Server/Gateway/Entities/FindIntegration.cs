using System.Text.Json;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Toolkits;
using Behalf.Catalog;
using Behalf.Wire;

namespace Behalf.Gateway.Entities;

/// <summary>How somebody wants an app to be connected, as far as they say.</summary>
internal sealed record IntegrationWish
{
    public required string? App { get; init; }

    public string? Name { get; init; }

    public string? AuthScheme { get; init; }

    /// <summary>An OAuth app of the caller's own.</summary>
    public Dictionary<string, JsonElement>? Secrets { get; init; }

    /// <summary>Even where there is one that would do.</summary>
    public bool AlwaysNew { get; init; }
}

/// <summary>An integration of the older wire is an auth config. Its clients ask for one before each connection, so the one
/// that is there is used; one is made only where that takes no decision of the project's.</summary>
internal sealed class FindIntegration(ToolCatalog catalog, UsableAuthConfigs configs, CreateAuthConfig create)
{
    public async Task<AuthConfig> RunAsync(Caller caller, IntegrationWish wish, CancellationToken ct)
    {
        var toolkit = catalog.VisibleToolkit(caller, WireText.Required(wish.App, "app", 128));
        var scheme = Scheme(toolkit, wish.AuthScheme);
        var clientId = AuthConfigInput.Text(wish.Secrets, "client_id");
        var found = wish.AlwaysNew
            ? null
            : await configs.FirstOfToolkitAsync(caller.Project, toolkit.Slug, scheme, clientId, ct);
        found ??= await CreateAsync(caller, wish, toolkit, scheme, ct);
        return found is { Scheme: OAuth2Scheme, Row.ClientId: null }
            ? throw new Problem(
                Refusal.ManagedAppMissing,
                $"The auth config {found.Id} has no client_id yet, so nobody can connect {toolkit.Name} with it.",
                $"Complete it with PATCH /api/v3.1/auth_configs/{found.Id} and the client_id and client_secret of your own {toolkit.Name} app.")
            : found;
    }

    private async Task<AuthConfig> CreateAsync(
        Caller caller, IntegrationWish wish, Toolkit toolkit, AuthMode? scheme, CancellationToken ct)
    {
        if (caller.Kind == KeyKinds.User)
        {
            throw Missing(toolkit, Refusal.NotAllowed);
        }

        var mode = scheme ?? (toolkit.Scheme(AuthMode.OAuth2) ?? toolkit.Auth[0]).Mode;
        var managed = mode == AuthMode.OAuth2 && wish.Secrets is not { Count: > 0 };
        var request = new CreateAuthConfigRequest
        {
            Toolkit = new ToolkitReference { Slug = toolkit.Slug },
            AuthConfig = new AuthConfigRequest
            {
                Type = managed ? "use_composio_managed_auth" : "use_custom_auth",
                Name = wish.Name,
                AuthScheme = managed ? null : mode.WireName(),
                Credentials = managed ? null : wish.Secrets,
            },
        };
        try
        {
            var made = await create.RunAsync(caller, request, ct);
            return (await configs.FindAsync(caller, made.AuthConfig.Id, ct))!;
        }
        catch (Problem p) when (p.Refusal == Refusal.ManagedAppMissing)
        {
            throw Missing(toolkit, p.Refusal);
        }
    }

    private static Problem Missing(Toolkit toolkit, Refusal refusal) => new(
        refusal,
        $"This project has no auth config for {toolkit.Name}, and this server has no {toolkit.Name} app of its own to make one with.",
        $"Create one with POST /api/v3.1/auth_configs for {toolkit.Slug}, with the client_id and client_secret of your own {toolkit.Name} app.");

    private static AuthMode? Scheme(Toolkit toolkit, string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return null;
        }

        return AuthModes.TryParseWire(name, out var mode) && toolkit.Scheme(mode) is not null
            ? mode
            : throw new Problem(
                Refusal.SchemeNotOffered, $"{toolkit.Name} offers {string.Join(", ", toolkit.Auth.Select(a => a.Mode.WireName()))}.");
    }
}
