using Behalf.Audit;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Accounts.Revocation;

internal sealed record DeletedProjectAnswer
{
    public string Status { get; init; } = "success";
}

/// <summary>The end of a project. What is left of it are its trail and, for as long as providers do not answer, the jobs that
/// take its users' tokens back: with a key each, under the project's key, which goes with the last of them.</summary>
internal sealed class EndProject(IDatabase database, EndAccounts accounts)
{
    private static readonly string[] Tables =
    [
        "webhook_attempt", "webhook_delivery", "webhook", "idempotency", "flow", "account_refresh", "account", "auth_config", "app_user", "api_key",
        "locator", "project",
    ];

    public static Task<DeletedProjectAnswer> HandleAsync(
        CallerParameter caller, string id, [FromQuery(Name = "revoke_on_delete")] string? revoke, EndProject ends, CancellationToken ct) =>
        ends.RunAsync(caller.Caller, WireText.Id<IdKinds.Project>(id), EndAccounts.Wanted(revoke), ct);

    private async Task<DeletedProjectAnswer> RunAsync(Caller caller, Id<IdKinds.Project> project, bool revoke, CancellationToken ct)
    {
        var because = AuditEvent.By(caller, AuditActions.ProjectDeleted) with { ProjectId = project };

        // Keys first: whoever holds one must not connect behind the sweep.
        var known = await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                await session.ExecuteAsync(
                    "update api_key set revoked_at = behalf_now() where project_id = @project and revoked_at is null", new { project });
                return await session.FindAsync<int>("select 1 from project where project_id = @project", new { project });
            },
            ct);
        if (known != 1)
        {
            throw new Problem(Refusal.NotFound);
        }

        await accounts.EndAllAsync(project, "project_id = @owner", project.ToBytes(), revoke, because, ct);
        await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                await session.HoldProjectKeysAsync(project);
                await session.ExecuteAsync(
                    "delete from outbox where project_id = @project and kind <> @Kind", new { project, RevocationJob.Kind });
                var jobs = await session.QueryAsync<Id<IdKinds.SecretOwner>>("select job_id from outbox where project_id = @project", new { project });
                await session.DestroyAllSecretsAsync(project, jobs);
                foreach (var table in Tables)
                {
                    await session.ExecuteAsync($"delete from {table} where project_id = @project", new { project });
                }

                await session.AppendAsync(because with { Detail = $"{{\"revocations_left\":{jobs.Count}}}" });
            },
            ct);
        return new DeletedProjectAnswer();
    }
}

internal static class DeletedProject
{
    /// <summary>At the end of a job: if it was the last thing that a deleted project had left, the project's keys go.</summary>
    public static async ValueTask DestroyIfOverAsync(this WriteSession session, Id<IdKinds.Project> project)
    {
        // Held until the end: of two last jobs at once, the second sees that the first is gone.
        await session.HoldProjectKeysAsync(project);
        var left = await session.FindAsync<int>(
            """
            select (select count(*) from project where project_id = @project) + (select count(*) from outbox where project_id = @project)
            """,
            new { project });
        if (left == 0)
        {
            await session.DestroyAllSecretsAsync(project, []);
        }
    }
}
