using Behalf.Audit;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Projects.ApiKeys;

internal sealed record CreateApiKeyRequest
{
    public string? Name { get; init; }
}

internal sealed record RotateApiKeyRequest
{
    /// <summary>For how many seconds the old key goes on working beside the new one; a day if not said, at most 30 days.</summary>
    public int? OverlapSeconds { get; init; }
}

internal sealed record RevokedAnswer
{
    public bool Success { get; init; } = true;
}

/// <summary>The keys of the caller's project: made, listed, rotated with an overlap, revoked.</summary>
internal static class ManageApiKeys
{
    private const int Day = 24 * 60 * 60;

    public static async Task<IResult> CreateAsync(
        CallerParameter caller, CreateApiKeyRequest body, IDatabase database, CancellationToken ct)
    {
        var project = caller.Caller.Project;
        var wanted = new NewApiKey { Kind = KeyKinds.Project, Name = WireText.Required(body.Name, "name", 200) };
        var (text, row) = await database.WriteAsync(
            RowScope.Of(project),
            session => session.CreateKeyAsync(project, wanted, AuditEvent.By(caller, AuditActions.KeyCreated)),
            ct);
        return TypedResults.Json(ApiKeyAnswer.From(row, text), statusCode: 201);
    }

    public static async Task<Page<ApiKeyAnswer>> ListAsync(
        CallerParameter caller, int? limit, string? cursor, IDatabase database, CancellationToken ct) =>
        await ListKeysAsync(database, caller.Caller.Project, kind: 1, user: null, PageRequest.Parse(limit, cursor), ct);

    public static async Task<ApiKeyAnswer> RotateAsync(
        CallerParameter caller, string id, RotateApiKeyRequest? body, IDatabase database, CancellationToken ct)
    {
        var old = WireText.Id<IdKinds.ApiKey>(id);
        var overlap = body?.OverlapSeconds ?? Day;
        if (overlap is < 0 or > 30 * Day)
        {
            throw new Problem(Refusal.InvalidRequest, "overlap_seconds is 0 to 2592000 (30 days).");
        }

        var project = caller.Caller.Project;
        var because = AuditEvent.By(caller, AuditActions.KeyRotated);
        var (text, row) = await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                var name = await session.FindAsync<string>(
                    "select name from api_key where project_id = @project and key_id = @old and kind = 1", new { project, old });
                if (name is null || !await session.RevokeKeyAsync(project, old, overlap * 1000L, because))
                {
                    throw new Problem(Refusal.NotFound);
                }

                return await session.CreateKeyAsync(
                    project, new NewApiKey { Kind = KeyKinds.Project, Name = name }, because with { Action = AuditActions.KeyCreated });
            },
            ct);
        return ApiKeyAnswer.From(row, text);
    }

    public static Task<RevokedAnswer> RevokeAsync(CallerParameter caller, string id, IDatabase database, CancellationToken ct) =>
        RevokeKeyAsync(caller, id, kind: 1, database, ct);

    internal static async Task<RevokedAnswer> RevokeKeyAsync(
        Caller caller, string id, int kind, IDatabase database, CancellationToken ct)
    {
        var key = WireText.Id<IdKinds.ApiKey>(id);
        var known = await database.WriteAsync(
            RowScope.Of(caller.Project),
            async session =>
            {
                var there = await session.FindAsync<int>(
                    "select 1 from api_key where project_id = @Project and key_id = @key and kind = @kind",
                    new { caller.Project, key, kind });
                if (there == 1)
                {
                    // Revoking twice is no error: the key is as dead as was asked.
                    await session.RevokeKeyAsync(caller.Project, key, 0, AuditEvent.By(caller, AuditActions.KeyRevoked));
                }

                return there == 1;
            },
            ct);
        return known ? new RevokedAnswer() : throw new Problem(Refusal.NotFound);
    }

    internal static async Task<Page<ApiKeyAnswer>> ListKeysAsync(
        IDatabase database, Id<IdKinds.Project> project, int kind, string? user, PageRequest page, CancellationToken ct)
    {
        const string Filter = "project_id = @project and kind = @kind and (@user is null or bound_user = @user)";
        var args = new
        {
            project,
            kind,
            user,
            key = page.After?.Key ?? long.MaxValue,
            id = page.After?.Id ?? [],
            most = page.Limit + 1,
        };
        var rows = await database.QueryAsync<ApiKeyRow>(
            RowScope.Of(project),
            $"""
            select {ApiKeyStore.Columns} from api_key where {Filter} and (created_at < @key or (created_at = @key and key_id < @id))
            order by created_at desc, key_id desc limit @most
            """,
            args,
            ct);
        var total = await database.FindAsync<int>(
            RowScope.Of(project), $"select count(*) from api_key where {Filter}", new { project, kind, user }, ct);
        return page.ToPage(rows, total, row => ApiKeyAnswer.From(row), row => (row.CreatedAt, row.KeyId.ToBytes()));
    }
}
