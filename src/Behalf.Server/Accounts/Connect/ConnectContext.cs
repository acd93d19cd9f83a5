using System.Text.Json;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect.Pages;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Projects;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts.Connect;

/// <summary>A flow with everything that its pages show.</summary>
internal sealed record ConnectContext
{
    public required FlowRow Flow { get; init; }

    public required AuthConfig Config { get; init; }

    public required ProjectRow Project { get; init; }

    public required ProjectSettings Settings { get; init; }

    public required AccountRow Account { get; init; }

    public BrandView Brand
    {
        get
        {
            var own = Config.Settings.Branding;
            return new BrandView
            {
                AppTitle = own?.AppTitle ?? Settings.Branding.AppTitle ?? Project.Name,
                AccentColor = own?.AccentColor ?? Settings.Branding.AccentColor,
                LogoUrl = (own?.LogoUrl ?? Settings.Branding.LogoUrl) is null ? null : BrandLogo.PathFor(Flow),
            };
        }
    }

    public string? BrandLogoUrl => Config.Settings.Branding?.LogoUrl ?? Settings.Branding.LogoUrl;

    public IReadOnlyDictionary<string, string> Variables =>
        JsonSerializer.Deserialize(Flow.Params, ConnectJson.Default.DictionaryStringString) ?? [];

    public IReadOnlyList<string> Scopes => Flow.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public AuditEvent ByEndUser(string requestId, string action) => new()
    {
        ProjectId = Flow.ProjectId,
        Action = action,
        ActorKind = "end_user",
        ActorId = Flow.FlowId.ToString(),
        UserId = Flow.ExternalUser,
        AccountId = Flow.AccountId,
        Toolkit = Config.Toolkit.Slug,
        RequestId = requestId,
    };

    /// <summary>Where the browser goes when all is over; null where the page itself is the end.</summary>
    public string? ReturnUrl(bool success, string? reason = null)
    {
        if (Flow.CallbackUrl is not { } callback)
        {
            return null;
        }

        var id = Flow.AccountId.ToString();
        return success
            ? WebUrl.WithQuery(callback, ("status", "success"), ("connected_account_id", id), ("connectedAccountId", id), ("appName", Config.Toolkit.Slug))
            : WebUrl.WithQuery(callback, ("status", "failed"), ("connected_account_id", id), ("connectedAccountId", id), ("appName", Config.Toolkit.Slug), ("reason", reason ?? "failed"));
    }
}

internal sealed class ConnectContexts(IDatabase database, ToolCatalog catalog)
{
    /// <summary>Null where the flow's config, toolkit or account is gone.</summary>
    public async Task<ConnectContext?> OfAsync(FlowRow flow, CancellationToken ct)
    {
        var row = await database.FindAuthConfigAsync(flow.ProjectId, flow.AuthConfigId, ct);
        var project = await database.FindProjectAsync(flow.ProjectId, ct);
        var account = await database.FindAccountAsync(flow.ProjectId, flow.AccountId, ct);
        return row is not null && project is not null && account is not null && catalog.Resolve(row) is { } config
            ? new ConnectContext
            {
                Flow = flow,
                Config = config,
                Project = project,
                Settings = ProjectSettings.Parse(project.Settings),
                Account = account,
            }
            : null;
    }
}
