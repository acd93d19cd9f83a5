using System.Text.Json;
using Behalf.Accounts.AuthConfigs;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Projects;
using Behalf.Projects.Users;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts.Connect;

/// <summary>What a new link is to connect.</summary>
internal sealed record FlowRequest
{
    public required AuthConfig Config { get; init; }

    public required string User { get; init; }

    public string? Alias { get; init; }

    public string? CallbackUrl { get; init; }

    /// <summary>Connection variables that the application knows already.</summary>
    public IReadOnlyDictionary<string, string> Params { get; init; } = new Dictionary<string, string>();

    /// <summary>Scopes beyond those of the config: step-up.</summary>
    public IReadOnlyList<string> MoreScopes { get; init; } = [];

    /// <summary>The account to connect again, if it is there already.</summary>
    public AccountRow? Reconnect { get; init; }

    /// <summary>Connect the user's account that waits to be connected, if there is one, rather than one more.</summary>
    public bool InPlace { get; init; }
}

internal sealed record StartedFlow
{
    public required Id<IdKinds.Account> AccountId { get; init; }

    public required string Token { get; init; }

    public required string Url { get; init; }

    public required long ExpiresAt { get; init; }
}

/// <summary>Makes an invitation to connect: one use, ten minutes, and an account whose id is final from now on.</summary>
internal sealed class StartFlow(IDatabase database, PublicOrigin origin)
{
    private const int LifetimeMs = 10 * 60 * 1000;

    public async Task<StartedFlow> RunAsync(FlowRequest request, AuditEvent because, CancellationToken ct)
    {
        CheckRedirect(request.Config);
        var project = request.Config.Row.ProjectId;
        var token = "ln_" + Base62.Random(43);
        return await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                var user = await session.EnsureUserAsync(project, request.User, because);
                var again = request.Reconnect ?? (request.InPlace ? await session.FindWaitingAccountAsync(request.Config, user) : null);
                var account = again?.AccountId ?? await CreateAccountAsync(session, request, user);
                var flow = Id<IdKinds.Flow>.New();
                var reconnect = request.Reconnect is not null || again is { CredVersion: > 0 };
                var expiresAt = await InsertFlowAsync(session, request, user, account, flow, reconnect, token);
                await session.AddLocatorAsync(LocatorKind.Link, Locator.Hash(LocatorKind.Link, token), project, flow);
                await session.AppendAsync(because with
                {
                    Action = AuditActions.LinkCreated,
                    UserId = request.User,
                    AccountId = account,
                    Toolkit = request.Config.Toolkit.Slug,
                    Detail = reconnect ? "{\"reconnect\":true}" : null,
                });
                return new StartedFlow { AccountId = account, Token = token, Url = origin.Url("/connect/" + token), ExpiresAt = expiresAt };
            },
            ct);
    }

    /// <summary>Said before a user is sent to a provider that can only refuse. What was put in the provider's place by an
    /// override has rules of its own.</summary>
    private void CheckRedirect(AuthConfig config)
    {
        if (config.Scheme is OAuth2Scheme { Quirks.RedirectMustBeHttps: true } && !origin.IsHttps && !config.Toolkit.IsRedirected)
        {
            throw new Problem(
                Refusal.RedirectNeedsHttps,
                $"{config.Toolkit.Name} sends people back to https addresses only; this server's is {origin.Origin}.");
        }
    }

    private static async ValueTask<Id<IdKinds.Account>> CreateAccountAsync(
        WriteSession session, FlowRequest request, Id<IdKinds.User> user) =>
        await session.CreateAccountAsync(request.Config, request.User, user, request.Alias, AccountStatus.Initiated);

    private static async ValueTask<long> InsertFlowAsync(
        WriteSession session,
        FlowRequest request,
        Id<IdKinds.User> user,
        Id<IdKinds.Account> account,
        Id<IdKinds.Flow> flow,
        bool reconnect,
        string token) => await session.FindAsync<long>(
        """
        insert into flow (project_id, flow_id, account_id, auth_config_id, user_id, external_user, reconnect, stage, link_hash,
          callback_url, scopes, params, created_at, expires_at)
        values (@project, @flow, @account, @config, @user, @External, @reconnect, 1, @hash,
          @CallbackUrl, @scopes, @params, behalf_now(), behalf_now() + @LifetimeMs)
        returning expires_at
        """,
        new
        {
            project = request.Config.Row.ProjectId,
            flow,
            account,
            config = request.Config.Id,
            user,
            External = request.User,
            reconnect,
            hash = Locator.Hash(LocatorKind.Link, token),
            request.CallbackUrl,
            scopes = string.Join(' ', request.Config.Scopes.Union(request.MoreScopes)),
            @params = JsonSerializer.Serialize(request.Params, ConnectJson.Default.IReadOnlyDictionaryStringString),
            LifetimeMs,
        });
}
