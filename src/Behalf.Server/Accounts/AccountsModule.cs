using System.Text.Json.Serialization;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect;
using Behalf.Accounts.Connect.Pages;
using Behalf.Accounts.OAuth;
using Behalf.Accounts.Revocation;
using Behalf.Wire;

namespace Behalf.Accounts;

internal static class AccountsModule
{
    private const KeyKinds Both = KeyKinds.Project | KeyKinds.User;

    public static IServiceCollection AddAccounts(this IServiceCollection services, IConfiguration managedApps)
    {
        services.AddJson(AccountsJson.Default);
        services.AddJson(ConnectJson.Default);
        services.AddRazorComponents();
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
        services.AddSingleton<OrphanTokens>();
        services.AddSingleton<ConnectCookie>();
        services.AddSingleton<ConnectContexts>();
        services.AddSingleton<StartFlow>();
        services.AddSingleton<ContinueFlow>();
        services.AddSingleton<FinishFlow>();
        services.AddSingleton<CodeExchange>();
        services.AddSingleton<ParkedCodes>();
        services.AddSingleton<InitiateAccount>();
        services.AddSingleton<ConnectPageRoutes>();
        services.AddSingleton<Callback>();
        services.AddSingleton<ListAccounts>();
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

        var accounts = api.MapGroup("/connected_accounts").WithTags("Connected accounts");
        accounts.MapPost("/link", CreateLink.HandleAsync).Accepts(Both).Produces<CreateLinkAnswer>(201);
        accounts.MapPost("", InitiateAccount.HandleAsync).Accepts(Both).Produces<InitiateAnswer>(201);
        accounts.MapPost("/complete_auth", CompleteAuth.HandleAsync).Accepts(KeyKinds.Project);
        accounts.MapGet("", ListAccounts.HandleAsync).Accepts(Both);
        accounts.MapGet("/{id}", ManageAccounts.GetAsync).Accepts(Both);
        accounts.MapPatch("/{id}", ManageAccounts.PatchAsync).Accepts(KeyKinds.Project);
        accounts.MapPatch("/{id}/status", ManageAccounts.SetEnabledAsync).Accepts(KeyKinds.Project);
    }

    public static void MapConnectPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").AcceptsAnyone().ExcludeFromDescription();
        pages.MapConnectAssets();
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
[JsonSerializable(typeof(SetEnabledRequest))]
[JsonSerializable(typeof(SuccessAnswer))]
[JsonSerializable(typeof(PatchAccountRequest))]
[JsonSerializable(typeof(PatchedAccountAnswer))]
internal sealed partial class AccountsJson : JsonSerializerContext;
