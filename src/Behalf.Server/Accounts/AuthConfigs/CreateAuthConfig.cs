using System.Text;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;

namespace Behalf.Accounts.AuthConfigs;

/// <summary><c>POST /auth_configs</c>: how the project connects a toolkit. It can be made before the app is registered at the
/// provider, shows the redirect URI to register, and is completed by PATCH.</summary>
internal sealed class CreateAuthConfig(IDatabase database, ToolCatalog catalog, ManagedApps managed, SecretVault vault, RedirectUris redirects)
{
    public static async Task<IResult> HandleAsync(
        CallerParameter caller, CreateAuthConfigRequest body, CreateAuthConfig create, CancellationToken ct) =>
        TypedResults.Json(await create.RunAsync(caller, body, ct), statusCode: 201);

    public async Task<CreatedAuthConfigAnswer> RunAsync(Caller caller, CreateAuthConfigRequest body, CancellationToken ct)
    {
        var slug = WireText.Required(body.Toolkit?.Slug, "toolkit.slug", 128);
        if (!catalog.TryGetToolkit(slug, out var toolkit))
        {
            throw UnknownToolkit.Problem(catalog, slug);
        }

        var request = body.AuthConfig ?? new AuthConfigRequest { Type = "use_composio_managed_auth" };
        AuthConfigInput.RefuseWhatIsNotDone(request);
        var isManaged = request.Type switch
        {
            "use_composio_managed_auth" => true,
            "use_custom_auth" => false,
            _ => throw new Problem(Refusal.InvalidRequest, "auth_config.type is use_composio_managed_auth or use_custom_auth."),
        };
        var scheme = isManaged ? ManagedScheme(toolkit) : OwnScheme(toolkit, request);
        var config = await InsertAsync(caller, request, toolkit, scheme, isManaged, ct);
        return new CreatedAuthConfigAnswer
        {
            Toolkit = new ToolkitSlugAnswer { Slug = toolkit.Slug },
            AuthConfig = new CreatedAuthConfig
            {
                Id = config.Id.ToString(),
                AuthScheme = config.Row.Scheme,
                IsComposioManaged = isManaged,
                RestrictToFollowingTools = config.Settings.AllowedTools,
                RedirectUri = scheme is OAuth2Scheme ? redirects.For(config) : null,
            },
        };
    }

    private async Task<AuthConfig> InsertAsync(
        Caller caller, AuthConfigRequest request, Toolkit toolkit, AuthScheme scheme, bool isManaged, CancellationToken ct)
    {
        var secret = isManaged ? null : AuthConfigInput.Text(request.Credentials, "client_secret");
        var settings = new AuthConfigSettings
        {
            Scopes = AuthConfigInput.Names(request.Credentials?.GetValueOrDefault("scopes") ?? request.Scopes, "scopes"),
            UserScopes = AuthConfigInput.Names(request.Credentials?.GetValueOrDefault("user_scopes") ?? request.UserScopes, "user_scopes"),
            AllowedTools = AuthConfigInput.Tools(request, toolkit, catalog),
            Branding = request.Branding,
            Fields = AuthConfigInput.Fields(request.Credentials, toolkit),
            IsEnabledForToolRouter = request.IsEnabledForToolRouter ?? true,
        };
        settings.Branding?.Check();
        var row = new AuthConfigRow
        {
            ProjectId = caller.Project,
            AuthConfigId = Id<IdKinds.AuthConfig>.New(),
            Toolkit = toolkit.Slug,
            Scheme = scheme.Mode.WireName(),
            Name = WireText.Optional(request.Name, "name", 200) ?? $"{toolkit.Name} ({scheme.Mode.WireName()})",
            Managed = isManaged,
            Enabled = true,
            ClientId = isManaged ? managed.Find(toolkit.Slug)?.ClientId : AuthConfigInput.Text(request.Credentials, "client_id"),
            Settings = settings.ToText(),
            SecretVersion = string.IsNullOrEmpty(secret) ? 0 : 1,
            CreatedAt = 0,
            UpdatedAt = 0,
        };
        var config = new AuthConfig(row, toolkit, scheme, settings);
        var because = AuditEvent.By(caller, AuditActions.AuthConfigCreated) with
        {
            Toolkit = toolkit.Slug,
            Detail = $"{{\"auth_config\":\"{row.AuthConfigId}\"}}",
        };
        var sealedSecret = string.IsNullOrEmpty(secret)
            ? null
            : await vault.SealAsync(config.SecretPlace(1), Encoding.UTF8.GetBytes(secret), ct);
        return await database.WriteAsync(
            RowScope.Of(caller.Project),
            async session =>
            {
                await session.ExecuteAsync(
                    $"""
                    insert into auth_config ({AuthConfigStore.Columns}) values (@ProjectId, @AuthConfigId, @Toolkit, @Scheme, @Name,
                      @Managed, @Enabled, @ClientId, @Settings, @SecretVersion, behalf_now(), behalf_now())
                    """,
                    row);
                if (sealedSecret is null)
                {
                    await session.AppendAsync(because);
                }
                else
                {
                    await SecretVault.StoreAsync(session, sealedSecret, because);
                }

                return config;
            },
            ct);
    }

    private AuthScheme ManagedScheme(Toolkit toolkit)
    {
        if (toolkit.Scheme(AuthMode.OAuth2) is not { } oauth)
        {
            // An open API needs no app: "managed" is all there is to say about it.
            return toolkit.Scheme(AuthMode.NoAuth) ?? throw new Problem(Refusal.ManagedAppMissing);
        }

        if (managed.Find(toolkit.Slug) is null)
        {
            throw new Problem(Refusal.ManagedAppMissing, $"This instance has no {toolkit.Name} app of its own.");
        }

        return toolkit.IsRedirected
            ? throw new Problem(Refusal.ManagedAppMissing, $"The endpoints of {toolkit.Name} were replaced on this instance; its managed app speaks to the published ones only.")
            : oauth;
    }

    private static AuthScheme OwnScheme(Toolkit toolkit, AuthConfigRequest request)
    {
        // Not said: the toolkit's first way, which is OAuth wherever there is one.
        var text = request.AuthScheme;
        var scheme = text is null
            ? toolkit.Scheme(AuthMode.OAuth2) ?? toolkit.Auth[0]
            : AuthModes.TryParseWire(text, out var mode) ? toolkit.Scheme(mode) : null;
        return scheme ?? throw new Problem(
            Refusal.SchemeNotOffered,
            $"{toolkit.Name} offers {string.Join(", ", toolkit.Auth.Select(a => a.Mode.WireName()))}.");
    }
}

internal static class UnknownToolkit
{
    public static Problem Problem(ToolCatalog catalog, string slug)
    {
        var near = catalog.NearestToolkits(slug);
        return new Problem(
            Refusal.NotFound,
            $"There is no toolkit {(slug.Length <= 64 ? slug : slug[..64] + "…")}.",
            near.Count > 0 ? $"Did you mean {string.Join(", ", near)}?" : "See GET /toolkits for all of them.");
    }
}
