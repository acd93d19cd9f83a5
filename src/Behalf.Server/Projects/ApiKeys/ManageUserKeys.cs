using System.Text.Json;
using Behalf.Audit;
using Behalf.Projects.Users;
using Behalf.Storage;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Projects.ApiKeys;

internal sealed record CreateUserKeyRequest
{
    public string? UserId { get; init; }

    public IReadOnlyList<string>? Toolkits { get; init; }

    public IReadOnlyList<string>? Tools { get; init; }

    public bool? ReadOnly { get; init; }

    /// <summary>Seconds to live: one hour if not said, at most 24.</summary>
    public int? ExpiresIn { get; init; }
}

/// <summary>Short-lived keys bound to one user: what an agent's process holds instead of the project's key. A wrong user id
/// is then refused by protocol, not by the agent's good behaviour.</summary>
internal static class ManageUserKeys
{
    private const int Hour = 60 * 60;
    private const int MostNames = 200;

    public static async Task<IResult> CreateAsync(
        CallerParameter caller, CreateUserKeyRequest body, IDatabase database, CancellationToken ct)
    {
        var user = WireText.UserId(body.UserId);
        var lifetime = body.ExpiresIn ?? Hour;
        if (lifetime is < 1 or > 24 * Hour)
        {
            throw new Problem(Refusal.InvalidRequest, "expires_in is 1 to 86400 seconds (24 hours).");
        }

        var limits = new KeyLimits
        {
            Toolkits = Names(body.Toolkits, "toolkits")?.ConvertAll(n => n.ToLowerInvariant()),
            Tools = Names(body.Tools, "tools")?.ConvertAll(n => n.ToUpperInvariant()),
            ReadOnly = body.ReadOnly ?? false,
        };
        var project = caller.Caller.Project;
        var because = AuditEvent.By(caller, AuditActions.KeyCreated);
        var (text, row) = await database.WriteAsync(
            RowScope.Of(project),
            async session => await session.CreateKeyAsync(
                project,
                new NewApiKey
                {
                    Kind = KeyKinds.User,
                    Name = "user key",
                    UserId = await session.EnsureUserAsync(project, user, because),
                    BoundUser = user,
                    Limits = JsonSerializer.Serialize(limits, KeyLimitsJson.Default.KeyLimits),
                    LifetimeMs = lifetime * 1000L,
                },
                because),
            ct);
        return TypedResults.Json(ApiKeyAnswer.From(row, text), statusCode: 201);
    }

    public static Task<Page<ApiKeyAnswer>> ListAsync(
        CallerParameter caller, [FromQuery(Name = "user_id")] string? userId, int? limit, string? cursor, IDatabase database, CancellationToken ct) =>
        ManageApiKeys.ListKeysAsync(
            database, caller.Caller.Project, kind: 2, WireText.Optional(userId, "user_id", WireText.MostOfUserId), PageRequest.Parse(limit, cursor), ct);

    public static Task<RevokedAnswer> RevokeAsync(CallerParameter caller, string id, IDatabase database, CancellationToken ct) =>
        ManageApiKeys.RevokeKeyAsync(caller, id, kind: 2, database, ct);

    private static List<string>? Names(IReadOnlyList<string>? names, string field)
    {
        if (names is { Count: > MostNames })
        {
            throw new Problem(Refusal.InvalidRequest, $"{field} takes at most {MostNames} names.");
        }

        return names?.Select(n => WireText.Required(n, field, 128)).ToList();
    }
}
