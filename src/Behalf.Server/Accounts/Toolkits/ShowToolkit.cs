using Behalf.Accounts.AuthConfigs;
using Behalf.Catalog;

namespace Behalf.Accounts.Toolkits;

/// <summary>How toolkits look on the wire.</summary>
internal sealed class ShowToolkit(ToolCatalog catalog, ManagedApps managed, ShowAuthConfig showConfig)
{
    public ToolkitAnswer Show(Toolkit toolkit) => new()
    {
        Slug = toolkit.Slug,
        Name = toolkit.Name,
        AuthSchemes = [.. toolkit.Auth.Select(scheme => scheme.Mode.WireName())],
        ComposioManagedAuthSchemes = ManagedSchemes(toolkit),
        NoAuth = toolkit.Auth.All(scheme => scheme is NoAuthScheme),
        AuthGuideUrl = toolkit.AuthGuideUrl,
        Deprecated = new DeprecatedIdAnswer { ToolkitId = toolkit.Slug },
        Meta = Meta(toolkit),
    };

    public ToolkitDetail Detail(Toolkit toolkit) => new()
    {
        Slug = toolkit.Slug,
        Name = toolkit.Name,
        ComposioManagedAuthSchemes = ManagedSchemes(toolkit),
        ComposioManagedAuth = [.. ManagedSchemes(toolkit).Select(mode => new ManagedAuthAnswer
        {
            Mode = mode,
            Scopes = new ScopesAnswer { Available = [.. (toolkit.Scheme(AuthMode.OAuth2) as OAuth2Scheme)?.Scopes.Keys ?? []] },
        })],
        AuthConfigDetails = [.. toolkit.Auth.Select(scheme => Scheme(toolkit, scheme))],
        AuthGuideUrl = toolkit.AuthGuideUrl,
        BaseUrl = toolkit.Servers.GetValueOrDefault(Toolkit.DefaultServer)?.Text,
        Meta = Meta(toolkit) with { AvailableVersions = [toolkit.Version] },
        GetCurrentUserEndpoint = toolkit.Probe?.Path,
        Deprecated = new DeprecatedDetailAnswer { ToolkitId = toolkit.Slug },
        Tier = toolkit.Provenance.Tier switch
        {
            ProvenanceTier.Curated => "curated",
            ProvenanceTier.VendorSpec => "vendor-spec",
            _ => "community-spec",
        },
    };

    private string[] ManagedSchemes(Toolkit toolkit) =>
        managed.Find(toolkit.Slug) is not null && !toolkit.IsRedirected && toolkit.Scheme(AuthMode.OAuth2) is not null ? ["OAUTH2"] : [];

    private ToolkitMetaAnswer Meta(Toolkit toolkit)
    {
        var date = $"{toolkit.Version[..4]}-{toolkit.Version[4..6]}-{toolkit.Version[6..8]}T00:00:00.000Z";
        return new ToolkitMetaAnswer
        {
            CreatedAt = date,
            UpdatedAt = date,
            Description = toolkit.Description,
            Logo = showConfig.LogoUrl(toolkit.Slug),
            AppUrl = toolkit.AppUrl,
            Categories = [.. toolkit.Categories.Select(Category)],
            ToolsCount = catalog.ToolsOf(toolkit.Slug).Count,
            Version = toolkit.Version,
        };
    }

    public static CategoryAnswer Category(Category category) => new() { Id = category.Slug, Slug = category.Slug, Name = category.Name };

    private static AuthDetailAnswer Scheme(Toolkit toolkit, AuthScheme scheme)
    {
        var variables = toolkit.Variables.Where(v => v.From == FieldSource.User);
        return new AuthDetailAnswer
        {
            Mode = scheme.Mode.WireName(),
            Name = scheme.Title ?? scheme.Mode.WireName(),
            Fields = new AuthFieldsAnswer
            {
                AuthConfigCreation = scheme is OAuth2Scheme oauth ? AppFields(oauth) : new FieldListsAnswer { Required = [], Optional = [] },
                ConnectedAccountInitiation = Split(scheme.AskedFields.Concat(variables)),
            },
            Scopes = scheme is OAuth2Scheme { Scopes: var scopes } ? new ScopesAnswer { Available = [.. scopes.Keys] } : null,
            RefreshNeeds = (scheme as OAuth2Scheme)?.Refresh.Needs,
        };
    }

    private static FieldListsAnswer AppFields(OAuth2Scheme scheme) => new()
    {
        Required =
        [
            new FieldAnswer { Name = "client_id", DisplayName = "Client id", Description = "The id of your app at the provider.", Required = true, IsSecret = false },
            new FieldAnswer { Name = "client_secret", DisplayName = "Client secret", Description = "The secret of your app at the provider.", Required = true, IsSecret = true },
        ],
        Optional =
        [
            new FieldAnswer
            {
                Name = "scopes",
                DisplayName = "Scopes",
                Description = "What users are asked to grant.",
                Required = false,
                IsSecret = false,
                Default = string.Join(',', scheme.DefaultScopes),
            },
        ],
    };

    private static FieldListsAnswer Split(IEnumerable<ConnectionField> fields)
    {
        var all = fields.DistinctBy(f => f.Name).ToList();
        return new FieldListsAnswer
        {
            Required = [.. all.Where(f => f.Required && f.Default is null).Select(ShowAuthConfig.Field)],
            Optional = [.. all.Where(f => !f.Required || f.Default is not null).Select(ShowAuthConfig.Field)],
        };
    }
}
