using System.Security.Cryptography;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.OAuth;
using Behalf.Catalog;
using Behalf.Storage;

namespace Behalf.Accounts.Refresh;

/// <summary>Refreshes of one app at one token endpoint wait together when the provider asks for it. What they would send stays
/// unsent and known to be so. In the rows of those that come due meanwhile stands a later time, which every node reads.</summary>
internal sealed class RefreshPauses(IDatabase database, ToolCatalog catalog, ManagedApps managed, AppPauses pauses)
{
    private const int SpreadMs = 60_000;
    private const int AtOnce = 5_000;
    private const int WhenStillOutSeconds = 5;

    // As often as RetryAt asks within a grace: half a lease apart, and the lease is a third of it.
    private const int TriesInGrace = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Where a lost answer can be asked for only while the grace runs: it goes through a pause, or the account would
    /// be lost to it.</summary>
    public static bool MustNotWait(RefreshClaim claim) =>
        claim.HadIntent && claim.Lease.Policy == RotationPolicy.Grace && claim.Attempt <= TriesInGrace;

    /// <summary>A time after the pause, so that not all come at once.</summary>
    public static long After(long pause) => pause + RandomNumberGenerator.GetInt32(SpreadMs);

    public Task<AppTurn> TakeTurnAsync(RefreshClaim claim, CallAccount account, AuthConfig config)
    {
        if (MustNotWait(claim) || DoorOf(account, config) is not { } door)
        {
            return Task.FromResult(AppTurn.Free());
        }

        var half = claim.Lease.LatestStart * 0.5;
        return pauses.TakeTurnAsync(door, claim.Now, half < Patience ? half : Patience);
    }

    /// <summary>For how many seconds nothing is sent for this account; null where there is no pause.</summary>
    public async Task<int?> SecondsLeftAsync(CallAccount account, CancellationToken ct) =>
        pauses.Any(account.Now)
        && await database.FindAuthConfigAsync(account.ProjectId, account.AuthConfigId, ct) is { } row && catalog.Resolve(row) is { } config
        && DoorOf(account, config) is { } door && pauses.PausedUntil(door, account.Now) is { } until
            ? (int)Math.Ceiling((until - account.Now) / 1000.0)
            : null;

    public async Task<int> RetryAfterSecondsAsync(CallAccount account, CancellationToken ct) =>
        await SecondsLeftAsync(account, ct) ?? WhenStillOutSeconds;

    /// <summary>Puts off at once what would come due during a pause, however much it is: it costs neither claims nor opened
    /// credentials. What is leased or unresolved is left alone.</summary>
    public async Task PutOffAsync(AuthConfig config, long until)
    {
        if (config.Scheme is not OAuth2Scheme || UrlOf(config)!.Variables.Any())
        {
            // Each account, or each tenant, is an app or has an endpoint of its own: they are told one by one.
            return;
        }

        while (await PutOffSomeAsync(config, until) >= AtOnce)
        {
        }
    }

    private Task<int> PutOffSomeAsync(AuthConfig config, long until) => database.WriteAsync(
        RowScope.Of(config.Row.ProjectId),
        async session => await session.ExecuteAsync(
            $"""
            update account_refresh set due_at = @until + {session.RandomBelow(SpreadMs)}
            where project_id = @ProjectId and account_id in (
              select r.account_id from account_refresh r
              where r.project_id = @ProjectId and r.status = 0 and r.intent_at is null and r.due_at < @until
                and exists (select 1 from account a
                  where a.project_id = r.project_id and a.account_id = r.account_id and a.auth_config_id = @AuthConfigId)
              limit @AtOnce{session.ForUpdateSkipLocked})
            """,
            new { config.Row.ProjectId, config.Row.AuthConfigId, until, AtOnce }),
        CancellationToken.None);

    /// <summary>Null where nothing will be sent: the variables do not fill the URL, or there is nothing to refresh.</summary>
    private AppDoor? DoorOf(CallAccount account, AuthConfig config)
    {
        if (UrlOf(config) is not { } url)
        {
            return null;
        }

        try
        {
            return new AppDoor(AppOf(account, config), url.Fill(config.Toolkit.Variables, OAuthClients.Known(config, account.Variables)));
        }
        catch (CatalogException)
        {
            return null;
        }
    }

    private static UrlTemplate? UrlOf(AuthConfig config) => config.Scheme switch
    {
        OAuth2Scheme oauth => oauth.RefreshUrl ?? oauth.TokenUrl,
        ClientCredentialsScheme client => client.TokenUrl,
        _ => null,
    };

    /// <summary>RFC 6749 §4.4: there each account is a client of its own.</summary>
    private string AppOf(CallAccount account, AuthConfig config) =>
        config.Scheme is ClientCredentialsScheme ? account.AccountId.ToString()
        : (config.Row.Managed ? managed.Find(config.Toolkit.Slug)?.ClientId : config.Row.ClientId) ?? config.Id.ToString();
}
