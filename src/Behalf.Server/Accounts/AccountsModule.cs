using System.Text.Json.Serialization;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect;
using Behalf.Accounts.Connect.Pages;
using Behalf.Accounts.Expiry;
using Behalf.Accounts.OAuth;
using Behalf.Accounts.Refresh;
using Behalf.Accounts.Revocation;
using Behalf.Accounts.Toolkits;
using Behalf.Wire;

namespace Behalf.Accounts;

internal static class AccountsModule
{
    private const KeyKinds Both = KeyKinds.Project | KeyKinds.User;

    public static IServiceCollection AddAccounts(this IServiceCollection services, IConfiguration managedApps, string data)
    {
        services.AddJson(AccountsJson.Default);
        services.AddJson(ConnectJson.Default);
        services.AddSingleton(ManagedApps.From(managedApps));
        services.AddSingleton<RedirectUris>();
        services.AddSingleton<ShowAuthConfig>();
        services.AddSingleton<CreateAuthConfig>();
        services.AddSingleton<ManageAuthConfigs>();
        services.AddSingleton<UsableAuthConfigs>();
        services.AddSingleton<OAuthClients>();
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton<RevocationEndpoint>();
        services.AddSingleton<AccountProbe>();
        services.AddSingleton<CheckCredential>();
        services.AddSingleton<OrphanTokens>();
        services.AddSingleton<ConnectCookie>();
        services.AddSingleton<ConnectContexts>();
        services.AddSingleton<BrandLogos>();
        services.AddSingleton<StartFlow>();
        services.AddSingleton<ContinueFlow>();
        services.AddSingleton<FinishFlow>();
        services.AddSingleton<CodeExchange>();
        services.AddSingleton<TypedExchange>();
        services.AddSingleton<ParkedConnections>();
        services.AddSingleton<PostedCredentials>();
        services.AddSingleton<InitiateAccount>();
        services.AddSingleton<ReplaceCredential>();
        services.AddSingleton<ConnectPageRoutes>();
        services.AddSingleton<Callback>();
        services.AddSingleton<FindAccounts>();
        services.AddSingleton<ListAccounts>();
        services.AddSingleton<ShowToolkit>();
        services.AddSingleton(provider => new RefreshSpill(Path.Combine(data, "spill"), provider.GetRequiredService<ILogger<RefreshSpill>>()));
        services.AddSingleton<PatientWrites>();
        services.AddSingleton<StoreRenewal>();
        services.AddSingleton<ReplaySpill>();
        services.AddSingleton<AppPauses>();
        services.AddSingleton<RefreshPauses>();
        services.AddSingleton<RefreshAccount>();
        services.AddSingleton<Refresher>();
        services.AddSingleton<RefreshConnection>();
        services.AddSingleton<EndAccount>();
        services.AddSingleton<EndAccounts>();
        services.AddSingleton<EndProject>();
        services.AddSingleton<RefreshSweep>();
        services.AddSingleton<RevokeUpstream>();
        services.AddSingleton<ExpireFlows>();
        services.AddSingleton<ExpiryReport>();
        services.AddSingleton<ReportDaily>();
        services.AddHostedService(provider => provider.GetRequiredService<Refresher>());
        services.AddHostedService(provider => provider.GetRequiredService<ReplaySpill>());
        services.AddHostedService(provider => provider.GetRequiredService<RefreshSweep>());
        services.AddSingleton<ProbeIdle>();
        services.AddHostedService(provider => provider.GetRequiredService<ProbeIdle>());
        services.AddHostedService(provider => provider.GetRequiredService<RevokeUpstream>());
        services.AddHostedService(provider => provider.GetRequiredService<ExpireFlows>());
        services.AddHostedService(provider => provider.GetRequiredService<ReportDaily>());
        return services;
    }

    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        var configs = api.MapGroup("/auth_configs").WithTags("Auth configs").Accepts(KeyKinds.Project);
        configs.MapPost("", CreateAuthConfig.HandleAsync).Produces<CreatedAuthConfigAnswer>(201);
        configs.MapGet("", ManageAuthConfigs.ListAsync);
        configs.MapGet("/{id}", ManageAuthConfigs.GetAsync);
        configs.MapPatch("/{id}", ManageAuthConfigs.UpdateAsync);
        configs.MapPatch("/{id}/{status}", ManageAuthConfigs.SetStatusAsync);
        configs.MapDelete("/{id}", EndAccounts.DeleteConfigAsync);

        var toolkits = api.MapGroup("/toolkits").WithTags("Toolkits").Accepts(Both);
        toolkits.MapGet("", ListToolkits.List);
        toolkits.MapGet("/categories", ListToolkits.Categories);
        toolkits.MapGet("/changelog", ListToolkits.Changelog);
        toolkits.MapPost("/multi", ListToolkits.ListMany);
        toolkits.MapGet("/{slug}", ListToolkits.Get);

        var accounts = api.MapGroup("/connected_accounts").WithTags("Connected accounts");
        accounts.MapPost("/link", CreateLink.HandleAsync).Accepts(Both).Produces<CreateLinkAnswer>(201);
        accounts.MapPost("", InitiateAccount.HandleAsync).Accepts(Both).Produces<InitiateAnswer>(201);
        accounts.MapPost("/complete_auth", CompleteAuth.HandleAsync).Accepts(KeyKinds.Project);
        accounts.MapGet("", ListAccounts.HandleAsync).Accepts(Both);
        accounts.MapGet("/expiry_report", ExpiryReport.HandleAsync).Accepts(KeyKinds.Project);
        accounts.MapGet("/{id}", ManageAccounts.GetAsync).Accepts(Both);
        accounts.MapPatch("/{id}", ManageAccounts.PatchAsync).Accepts(KeyKinds.Project);
        accounts.MapDelete("/{id}", EndAccounts.DeleteAsync).Accepts(KeyKinds.Project);
        accounts.MapPost("/{id}/revoke", EndAccounts.RevokeAsync).Accepts(KeyKinds.Project);
        accounts.MapPost("/{id}/refresh", RefreshConnection.HandleAsync).Accepts(KeyKinds.Project);
        accounts.MapPost("/{id}/test", RefreshConnection.TestAsync).Accepts(KeyKinds.Project);
        accounts.MapPatch("/{id}/status", ManageAccounts.SetEnabledAsync).Accepts(KeyKinds.Project);

        var users = api.MapGroup("/users").WithTags("Users").Accepts(KeyKinds.Project);
        users.MapGet("", ListUsers.HandleAsync);
        users.MapDelete("/{userId}", EndAccounts.DeleteUserAsync);
        api.MapDelete("/org/owner/project/{id}", EndProject.HandleAsync).WithTags("Projects").Accepts(KeyKinds.Admin);
    }

    public static void MapConnectPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").AcceptsAnyone().ExcludeFromDescription();
        pages.MapConnectAssets();
        pages.MapGet("/toolkits/{slug}/logo.svg", ListToolkits.Logo);
        pages.MapGet("/connect/logo/{project}/{flow}", BrandLogo.HandleAsync);
        Callback.Map(pages);
        ConnectPageRoutes.Map(pages);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CreateAuthConfigRequest))]
[JsonSerializable(typeof(CreatedAuthConfigAnswer))]
[JsonSerializable(typeof(AuthConfigRequest))]
[JsonSerializable(typeof(Page<AuthConfigAnswer>))]
[JsonSerializable(typeof(EmptyAnswer))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(Page<AccountAnswer>))]
[JsonSerializable(typeof(AccountDetail))]
[JsonSerializable(typeof(Page<ExpiringAccountAnswer>))]
[JsonSerializable(typeof(Page<Toolkits.ToolkitAnswer>))]
[JsonSerializable(typeof(Toolkits.ToolkitDetail))]
[JsonSerializable(typeof(Page<Toolkits.CategoryAnswer>))]
[JsonSerializable(typeof(Toolkits.ChangelogAnswer))]
[JsonSerializable(typeof(Toolkits.ToolkitsRequest))]
[JsonSerializable(typeof(RefreshConnectionRequest))]
[JsonSerializable(typeof(RefreshConnectionAnswer))]
[JsonSerializable(typeof(TestConnectionAnswer))]
[JsonSerializable(typeof(RevokeAccountAnswer))]
[JsonSerializable(typeof(DeletedAnswer))]
[JsonSerializable(typeof(DeletedConfigAnswer))]
[JsonSerializable(typeof(DeletedUserAnswer))]
[JsonSerializable(typeof(DeletedProjectAnswer))]
[JsonSerializable(typeof(Page<UserAnswer>))]
[JsonSerializable(typeof(SetEnabledRequest))]
[JsonSerializable(typeof(SuccessAnswer))]
[JsonSerializable(typeof(PatchAccountRequest))]
[JsonSerializable(typeof(PatchedAccountAnswer))]
internal sealed partial class AccountsJson : JsonSerializerContext;
