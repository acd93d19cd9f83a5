using Behalf.Catalog;
using Behalf.Wire;

namespace Behalf.Accounts.AuthConfigs;

/// <summary>How auth configs look on the wire. Secrets are write-only: of one that is set, only that it is.</summary>
internal sealed class ShowAuthConfig(RedirectUris redirects, PublicOrigin origin)
{
    public const string Redacted = "REDACTED";

    public AuthConfigAnswer Show(AuthConfig config, int connections)
    {
        var row = config.Row;
        return new AuthConfigAnswer
        {
            Id = config.Id.ToString(),
            Uuid = config.Id.ToString(),
            Type = row.Managed ? "default" : "custom",
            Toolkit = new AuthConfigToolkitAnswer
            {
                Slug = row.Toolkit,
                Logo = LogoUrl(row.Toolkit),
                AuthGuideUrl = config.Toolkit.AuthGuideUrl,
            },
            Name = row.Name,
            AuthScheme = row.Scheme,
            IsComposioManaged = row.Managed,
            Credentials = Credentials(config),
            Status = row.Enabled ? "ENABLED" : "DISABLED",
            CreatedAt = WireText.Time(row.CreatedAt),
            LastUpdatedAt = WireText.Time(row.UpdatedAt),
            NoOfConnections = connections,
            ExpectedInputFields = [.. AskedFields(config).Select(Field)],
            RestrictToFollowingTools = config.Settings.AllowedTools,
            ToolAccessConfig = new ToolAccessAnswer { ToolsAvailableForExecution = config.Settings.AllowedTools },
            IsEnabledForToolRouter = config.Settings.IsEnabledForToolRouter,
            RedirectUri = config.Scheme is OAuth2Scheme ? redirects.For(config) : null,
            Branding = config.Settings.Branding,
        };
    }

    public string LogoUrl(string toolkit) => origin.Url($"/toolkits/{toolkit}/logo.svg");

    /// <summary>What whoever connects has to type: the scheme's fields and the toolkit's variables that the config leaves open.</summary>
    public static IEnumerable<ConnectionField> AskedFields(AuthConfig config) =>
        config.Scheme.AskedFields.Concat(config.Toolkit.Variables.Where(v => v.From == FieldSource.User))
            .Where(field => !config.Settings.Fields.ContainsKey(field.Name))
            .DistinctBy(field => field.Name);

    public static FieldAnswer Field(ConnectionField field) => new()
    {
        Name = field.Name,
        DisplayName = field.Title,
        Description = field.Description,
        Required = field.Required,
        Default = field.Default,
        IsSecret = field.Secret,
    };

    private static Dictionary<string, object> Credentials(AuthConfig config)
    {
        var shown = new Dictionary<string, object>();
        if (config.Row.ClientId is { } clientId)
        {
            shown["client_id"] = config.Row.Managed ? Redacted : clientId;
        }

        if (config.Row.SecretVersion > 0 || config.Row.Managed)
        {
            shown["client_secret"] = Redacted;
        }

        if (config.Scopes.Count > 0)
        {
            shown["scopes"] = config.Scopes;
        }

        foreach (var (name, value) in config.Settings.Fields)
        {
            shown[name] = value;
        }

        return shown;
    }
}
