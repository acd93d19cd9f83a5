using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect.Pages;
using Behalf.Catalog;

namespace Behalf.Accounts.Connect;

/// <summary>From what we know to what the page says.</summary>
internal static class ConnectViews
{
    public static ConnectView Of(
        ConnectContext context, string token, string formToken, bool insecure, IReadOnlyDictionary<string, string>? typed = null,
        IReadOnlyDictionary<string, string>? errors = null, string? error = null) => new()
    {
        Brand = context.Brand,
        ToolkitName = context.Config.Toolkit.Name,
        ToolkitLogoUrl = $"/toolkits/{context.Config.Toolkit.Slug}/logo.svg",
        UserLabel = context.Flow.ExternalUser,
        Permissions = [.. Permissions(context)],
        Fields = [.. Asked(context).Select(field => Field(field, typed, errors))],
        Error = error,
        FormAction = "/connect/" + token,
        CancelAction = $"/connect/{token}/cancel",
        AntiForgeryToken = formToken,
        ProviderHost = ProviderHost(context),
        Reconnect = context.Flow.Reconnect,
        AccountHint = context.Account.SubjectLabel,
        InsecureNotice = insecure,
    };

    /// <summary>What is left to type: what the application has not said already.</summary>
    public static IReadOnlyList<ConnectionField> Asked(ConnectContext context) =>
        [.. ShowAuthConfig.AskedFields(context.Config).Where(field => !context.Variables.ContainsKey(field.Name))];

    private static IEnumerable<PermissionView> Permissions(ConnectContext context)
    {
        var known = context.Config.Scheme switch
        {
            OAuth2Scheme oauth => oauth.Scopes,
            ClientCredentialsScheme client => client.Scopes,
            _ => null,
        };
        if (known is null)
        {
            return [new PermissionView { Title = $"Use your {context.Config.Toolkit.Name} account with everything the key allows", Sensitive = true }];
        }

        return context.Scopes
            .Select(name => known.TryGetValue(name, out var scope)
                ? new PermissionView { Title = scope.Title, Sensitive = scope.Sensitive }
                : new PermissionView { Title = name, Sensitive = true })
            .DistinctBy(permission => permission.Title);
    }

    private static FieldView Field(
        ConnectionField field, IReadOnlyDictionary<string, string>? typed, IReadOnlyDictionary<string, string>? errors) => new()
    {
        Name = field.Name,
        Label = field.Title,
        Type = field.Secret ? FieldKind.Password : FieldKind.Text,
        Help = field.Description,
        Placeholder = field.Example,
        Pattern = field.Pattern,
        Required = field.Required && field.Default is null,
        Value = field.Secret ? null : typed?.GetValueOrDefault(field.Name) ?? field.Default,
        Error = errors?.GetValueOrDefault(field.Name),
    };

    private static string ProviderHost(ConnectContext context)
    {
        var template = context.Config.Scheme is OAuth2Scheme oauth ? oauth.AuthorizeUrl.Text : context.Config.Toolkit.Servers[Toolkit.DefaultServer].Text;
        return Uri.TryCreate(template, UriKind.Absolute, out var url) ? url.Authority : context.Config.Toolkit.Name;
    }
}
