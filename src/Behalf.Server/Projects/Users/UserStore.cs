using Behalf.Audit;
using Behalf.Storage;

namespace Behalf.Projects.Users;

internal static class UserStore
{
    /// <summary>The internal id of the application's user; the row appears on first use.</summary>
    public static async ValueTask<Id<IdKinds.User>> EnsureUserAsync(
        this WriteSession session, Id<IdKinds.Project> project, string externalId, AuditEvent because)
    {
        var created = await session.FindAsync<Id<IdKinds.User>?>(
            """
            insert into app_user (project_id, user_id, external_id, created_at) values (@project, @id, @externalId, behalf_now())
            on conflict (project_id, external_id) do nothing returning user_id
            """,
            new { project, id = Id<IdKinds.User>.New(), externalId });
        if (created is { } id)
        {
            await session.AppendAsync(because with { Action = AuditActions.UserCreated, UserId = externalId });
            return id;
        }

        return await session.FindAsync<Id<IdKinds.User>>(
            "select user_id from app_user where project_id = @project and external_id = @externalId", new { project, externalId });
    }

    public static Task<Id<IdKinds.User>?> FindUserAsync(
        this IDatabase database, Id<IdKinds.Project> project, string externalId, CancellationToken ct) =>
        database.FindAsync<Id<IdKinds.User>?>(
            RowScope.Of(project),
            "select user_id from app_user where project_id = @project and external_id = @externalId",
            new { project, externalId },
            ct);
}
