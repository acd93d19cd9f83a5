using Behalf.Audit;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Projects.Users;

internal sealed record CreateUserRequest
{
    public string? UserId { get; init; }
}

internal sealed record CreateUserAnswer
{
    public required string UserId { get; init; }
}

/// <summary>Makes a user known at sign-up. Not needed first: a link or a call does the same. Calling it again changes nothing.</summary>
internal static class CreateUser
{
    public static async Task<IResult> HandleAsync(
        CallerParameter caller, CreateUserRequest body, IDatabase database, CancellationToken ct)
    {
        var user = WireText.UserId(body.UserId);
        var project = caller.Caller.Project;
        await database.WriteAsync(
            RowScope.Of(project),
            session => session.EnsureUserAsync(project, user, AuditEvent.By(caller, AuditActions.UserCreated)),
            ct);
        return TypedResults.Json(new CreateUserAnswer { UserId = user }, statusCode: 201);
    }
}
