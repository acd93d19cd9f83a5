using System.Text.Json;
using Behalf.Accounts.OAuth;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts.Revocation;

/// <summary>Works off the revocations that were left: claimed for a minute, tried, and tried again with growing pauses for
/// three days. What was revoked here is dead here at once; this is about the provider's copy.</summary>
internal sealed class RevokeUpstream(
    IDatabase database, ToolCatalog catalog, SecretVault vault, ProjectKeys keys, RevocationEndpoint endpoint, TimeProvider clock,
    ILogger<RevokeUpstream> log)
    : Rounds("revocations", TimeSpan.FromSeconds(1), clock, log)
{
    private const int LeaseMs = 60_000;
    private const int MostAttempts = 16;
    private const int AtOnce = 16;

    private const string Columns = "project_id, job_id, payload, attempt";

    /// <summary>Tries a job that nobody has tried yet; the names of the tokens that the provider took back, or null if it stays in the outbox.</summary>
    public async Task<IReadOnlyList<string>?> TryNowAsync(Id<IdKinds.Project> project, Id<IdKinds.Job> job, CancellationToken ct)
    {
        var claimed = await database.WriteAsync(
            RowScope.Of(project),
            session => session.FindAsync<RevocationJob>(
                $"""
                update outbox set due_at = behalf_now() + @LeaseMs, attempt = attempt + 1
                where project_id = @project and job_id = @job and attempt = 0 returning {Columns}
                """,
                new { project, job, LeaseMs }),
            ct);
        return claimed is null ? null : await RunAsync(claimed);
    }

    /// <summary>One round over what is due; how many jobs it took.</summary>
    public async Task<int> RunOnceAsync(CancellationToken ct)
    {
        if (keys.Sealed)
        {
            return 0;
        }

        var jobs = await database.WriteAsync<IReadOnlyList<RevocationJob>>(
            RowScope.System,
            async session =>
            {
                var due = await session.QueryAsync<RevocationJob>(
                    $"""
                    select {Columns} from outbox where due_at <= behalf_now() and kind = @Kind order by due_at limit @AtOnce
                    {session.ForUpdateSkipLocked}
                    """,
                    new { RevocationJob.Kind, AtOnce });
                foreach (var job in due)
                {
                    await session.ExecuteAsync(
                        """
                        update outbox set due_at = behalf_now() + @LeaseMs, attempt = attempt + 1
                        where project_id = @ProjectId and job_id = @JobId
                        """,
                        new { job.ProjectId, job.JobId, LeaseMs });
                }

                return due;
            },
            ct);
        await Task.WhenAll(jobs.Select(job => RunAsync(job with { Attempt = (short)(job.Attempt + 1) })));
        return jobs.Count;
    }

    protected override async Task<bool> RunRoundAsync(CancellationToken ct) => await RunOnceAsync(ct) > 0;

    private async Task<IReadOnlyList<string>?> RunAsync(RevocationJob job)
    {
        using var span = Telemetry.Span("upstream.revoke");
        var open = job.Open;
        var because = AuditEvent.BySystem(job.ProjectId, AuditActions.UpstreamRevoked) with
        {
            UserId = open.UserId,
            AccountId = Id<IdKinds.Account>.TryParse(open.AccountId, out var account) ? account : null,
            Toolkit = open.Toolkit,
        };
        Failpoint.Reach("delete.claimed");
        IReadOnlyList<string>? taken;
        try
        {
            taken = await AskProviderAsync(job, open, because);
        }
        catch (Problem e) when (e.Refusal == Refusal.Sealed)
        {
            // Nobody was asked: it does not count, however long the key is away.
            await ReturnUnaskedAsync(job);
            return null;
        }

        Failpoint.Reach("delete.asked");
        Measures.Revoked(
            span, catalog.TryGetToolkit(open.Toolkit, out var known) ? known.Slug : null, taken is null ? AuditOutcomes.Failed : AuditOutcomes.Success);
        if (taken is null && job.Attempt < MostAttempts)
        {
            await DelayAsync(job);
            return null;
        }

        await database.WriteAsync(
            RowScope.Of(job.ProjectId),
            async session =>
            {
                await session.DestroySecretsAsync(job.ProjectId, job.SecretPlace.Owner.Id);
                await session.ExecuteAsync(
                    "delete from outbox where project_id = @ProjectId and job_id = @JobId", new { job.ProjectId, job.JobId });
                await session.DestroyIfOverAsync(job.ProjectId);
                await session.AppendAsync(because with
                {
                    Outcome = taken is null ? AuditOutcomes.Failed : AuditOutcomes.Success,
                    Detail = taken is [] ? """{"reason":"nothing_taken_back"}""" : null,
                });
            },
            CancellationToken.None);
        return taken;
    }

    private async Task<IReadOnlyList<string>?> AskProviderAsync(RevocationJob job, RevocationPayload open, AuditEvent because)
    {
        if (!catalog.TryGetToolkit(open.Toolkit, out var toolkit) || toolkit.Scheme(AuthMode.OAuth2) is not OAuth2Scheme { Revoke: { } rules } scheme
            || await database.FindSecretAsync(job.ProjectId, job.SecretPlace.Owner.Id, SecretKind.Credential, CancellationToken.None) is not { } row)
        {
            return [];
        }

        // Who connected again while the provider was away stands on the same grant: taking the old token back would end it.
        if (rules.Reach == RevokeReach.Grant && await database.HasHolderAsync(job.ProjectId, open, CancellationToken.None))
        {
            return [];
        }

        if (await OpenAsync(job, row, because) is not { } secret)
        {
            return null;
        }

        var client = new OAuthClient
        {
            ClientId = secret.ClientId,
            ClientSecret = new Secret(secret.ClientSecret),
            Toolkit = toolkit,
            TokenUrl = scheme.TokenUrl.Text,
            ClientAuth = scheme.ClientAuth,
            Capture = scheme.Token,
            Quirks = scheme.Quirks,
            Revoke = rules,
            Variables = secret.Variables,
        };
        var taken = new List<string>();
        foreach (var (token, name) in Tokens(rules, secret))
        {
            if (!await endpoint.RevokeAsync(client, token, name, CancellationToken.None))
            {
                return null;
            }

            taken.Add(name);
        }

        return taken;
    }

    /// <summary>Null if it never opens again: then the job ends with its last attempt, and what waits for it with it.</summary>
    private async Task<RevocationSecret?> OpenAsync(RevocationJob job, SecretRow row, AuditEvent because)
    {
        try
        {
            using var opened = await vault.OpenAsync(job.SecretPlace, row, Use.ToldWithItsEffect(because), CancellationToken.None);
            return JsonSerializer.Deserialize(opened.Span, RevocationJson.Default.RevocationSecret)!;
        }
        catch (Problem e) when (e.Refusal == Refusal.CredentialIntegrity || e.Refusal == Refusal.KeyDestroyed)
        {
            return null;
        }
    }

    private static IEnumerable<(string Token, string Name)> Tokens(RevokeRules rules, RevocationSecret secret)
    {
        if (secret.RefreshToken is { } refresh && rules.Token != RevokeToken.Access)
        {
            yield return (refresh, "refresh_token");
        }

        if (secret.AccessToken is { } access && (rules.Token != RevokeToken.RefreshOrAccess || secret.RefreshToken is null))
        {
            yield return (access, "access_token");
        }
    }

    /// <summary>It is due again when its claim ends.</summary>
    private Task<int> ReturnUnaskedAsync(RevocationJob job) => database.WriteAsync(
        RowScope.Of(job.ProjectId),
        session => session.ExecuteAsync(
            "update outbox set attempt = attempt - 1 where project_id = @ProjectId and job_id = @JobId", new { job.ProjectId, job.JobId }),
        CancellationToken.None);

    private Task<int> DelayAsync(RevocationJob job) => database.WriteAsync(
        RowScope.Of(job.ProjectId),
        session => session.ExecuteAsync(
            "update outbox set due_at = behalf_now() + @pause where project_id = @ProjectId and job_id = @JobId",
            new { job.ProjectId, job.JobId, pause = Math.Min(5_000L << Math.Min(job.Attempt, (short)12), 6 * 60 * 60 * 1000L) }),
        CancellationToken.None);
}
