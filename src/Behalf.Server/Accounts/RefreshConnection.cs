using System.Text.Json;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect;
using Behalf.Accounts.OAuth;
using Behalf.Accounts.Refresh;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Projects;
using Behalf.Storage;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Accounts;

internal sealed record RefreshConnectionRequest
{
    public string? RedirectUrl { get; init; }

    public bool? ValidateCredentials { get; init; }

    /// <summary>Scopes to ask for beyond those of the auth config: step-up. Ours, not the published wire's.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }
}

internal sealed record RefreshConnectionAnswer
{
    public required string Id { get; init; }

    public required string Status { get; init; }

    public required string? RedirectUrl { get; init; }
}

internal sealed record TestConnectionAnswer
{
    /// <summary><c>good</c>, <c>refused</c> or <c>unknown</c>.</summary>
    public required string Verdict { get; init; }

    public required string Status { get; init; }

    public required string? AccountLabel { get; init; }
}

/// <summary><c>POST …/refresh</c> renews in place and becomes a link to connect again only where it must; <c>POST …/test</c>
/// tries the credential with the toolkit's probe.</summary>
internal sealed class RefreshConnection(
    IDatabase database, ToolCatalog catalog, Refresher refresher, StartFlow start, CheckCredential check)
{
    public static Task<RefreshConnectionAnswer> HandleAsync(
        CallerParameter caller,
        string id,
        [FromQuery(Name = "redirect_url")] string? redirectUrl,
        RefreshConnectionRequest? body,
        RefreshConnection refresh,
        CancellationToken ct) => refresh.RunAsync(caller, id, body?.RedirectUrl ?? redirectUrl, body?.Scopes, ct);

    public static Task<TestConnectionAnswer> TestAsync(CallerParameter caller, string id, RefreshConnection refresh, CancellationToken ct) =>
        refresh.TestAsync(caller, id, ct);

    private async Task<RefreshConnectionAnswer> RunAsync(
        Caller caller, string id, string? redirectUrl, IReadOnlyList<string>? scopes, CancellationToken ct)
    {
        var row = await database.GetAccountAsync(caller, id, ct);
        if (row.Status == AccountStatus.Inactive)
        {
            // Connecting again would switch on what the project has switched off.
            throw new Problem(Refusal.AccountDisabled);
        }

        var config = await ConfigAsync(row, ct);
        if (row.Status == AccountStatus.Active && (scopes is null || scopes.Count == 0))
        {
            var account = (await database.FindCallAccountAsync(row.ProjectId, row.AccountId, ct))!;
            OAuthClients.CheckVariables(config, account.Variables);
            var (now, outcome) = await refresher.RenewAsync(account, ct);
            var good = outcome switch
            {
                RefreshOutcome.Renewed => true,
                RefreshOutcome.NotRefreshable => (await ProbeAsync(caller, now, config, ct)).Verdict != ProbeVerdict.Refused,
                RefreshOutcome.Paused => throw (await refresher.RefusalAsync(outcome, now, ct)).Busy!,
                RefreshOutcome.NotSent => throw Later("The credential is not renewed at the moment, and nothing was sent for it. The account is as it was."),
                RefreshOutcome.Busy => throw Later("The credential is still being renewed, which goes on. Until it is, the account is as it was."),
                RefreshOutcome.Unavailable => throw new Problem(
                    Refusal.ProviderFailed, "The provider did not renew the credential. The account is as it was: try again later."),
                _ => false,
            };
            if (good)
            {
                return Answer(now, null);
            }

            row = now;
        }

        var settings = await database.GetSettingsAsync(caller.Project, ct);
        var started = await start.RunAsync(
            new FlowRequest
            {
                Config = config,
                User = row.ExternalUser,
                Reconnect = row,
                CallbackUrl = CallbackUrls.Check(redirectUrl, settings, caller.Kind),
                MoreScopes = [.. (scopes ?? []).Select(scope => WireText.Required(scope, "scopes", 256))],
            },
            AuditEvent.By(caller, AuditActions.LinkCreated),
            ct);
        return Answer(row, started.Url);
    }

    private static Problem Later(string why) => new(Refusal.Overloaded, why) { RetryAfterSeconds = 5 };

    private async Task<TestConnectionAnswer> TestAsync(Caller caller, string id, CancellationToken ct)
    {
        var row = await database.GetAccountAsync(caller, id, ct);
        var account = (await database.FindCallAccountAsync(row.ProjectId, row.AccountId, ct))!;
        if (account.Status != AccountStatus.Active)
        {
            throw new Problem(Refusal.Conflict, $"Only an ACTIVE account can be tested; this one is {account.Status.WireName()}.");
        }

        var result = await ProbeAsync(caller, account, await ConfigAsync(row, ct), ct);
        if (result.Verdict == ProbeVerdict.Refused)
        {
            await check.ExpireAsync(account, AuditEvent.By(caller, AuditActions.AccountExpired));
        }

        return new TestConnectionAnswer
        {
            Verdict = result.Verdict switch { ProbeVerdict.Good => "good", ProbeVerdict.Refused => "refused", _ => "unknown" },
            Status = (result.Verdict == ProbeVerdict.Refused ? AccountStatus.Expired : account.Status).WireName(),
            AccountLabel = result.Label ?? account.SubjectLabel,
        };
    }

    private async Task<ProbeResult> ProbeAsync(Caller caller, CallAccount account, AuthConfig config, CancellationToken ct)
    {
        var because = AuditEvent.By(caller, AuditActions.AccountTested) with
        {
            UserId = account.ExternalUser,
            AccountId = account.AccountId,
            Toolkit = account.Toolkit,
        };
        return await check.RunAsync(account, config, await Use.RecordAsync(database, because, ct), ct);
    }

    private async Task<AuthConfig> ConfigAsync(AccountRow row, CancellationToken ct) =>
        await database.FindAuthConfigAsync(row.ProjectId, row.AuthConfigId, ct) is { } found && catalog.Resolve(found) is { } config
            ? config
            : throw new Problem(Refusal.NotFound);

    private static RefreshConnectionAnswer Answer(AccountRow row, string? url) => new()
    {
        Id = row.AccountId.ToString(),
        Status = row.Status.WireName(),
        RedirectUrl = url,
    };
}
