using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.OAuth;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts.Revocation;

/// <summary>What an upstream revocation needs, so that it can be done after the account, its config and its user are gone.
/// Lives sealed under a data key of its own, which goes with the job.</summary>
internal sealed record RevocationSecret
{
    public required string ClientId { get; init; }

    public required string ClientSecret { get; init; }

    public string? AccessToken { get; init; }

    public string? RefreshToken { get; init; }

    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    public override string ToString() => "[secret]";
}

/// <summary>The open part of the job.</summary>
internal sealed record RevocationPayload
{
    public required string Toolkit { get; init; }

    public required string UserId { get; init; }

    public required string AccountId { get; init; }

    /// <summary>With the subject: whose grant it was, to see whether somebody stands on it again.</summary>
    public string? AuthConfigId { get; init; }

    public string? Subject { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RevocationSecret))]
[JsonSerializable(typeof(RevocationPayload))]
internal sealed partial class RevocationJson : JsonSerializerContext;

internal sealed record RevocationJob
{
    public const string Kind = "revoke";

    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required Id<IdKinds.Job> JobId { get; init; }

    public required string Payload { get; init; }

    public required short Attempt { get; init; }

    public RevocationPayload Open => JsonSerializer.Deserialize(Payload, RevocationJson.Default.RevocationPayload)!;

    public SecretPlace SecretPlace => PlaceOf(ProjectId, JobId);

    public static SecretPlace PlaceOf(Id<IdKinds.Project> project, Id<IdKinds.Job> job) => new()
    {
        Owner = new SecretOwner { Project = project, Id = job.As<IdKinds.SecretOwner>() },
        Kind = SecretKind.Credential,
        Version = 1,
    };
}

internal static class RevocationOutbox
{
    /// <summary>In which whoever leaves a job may try it first, and answer with what came of it.</summary>
    public const long HeadStartMs = 5_000;

    /// <summary>Leaves a job for <see cref="RevokeUpstream"/>.</summary>
    /// <exception cref="Problem">The project's key was replaced meanwhile.</exception>
    public static async ValueTask LeaveRevocationAsync(
        this WriteSession session, SealedSecret secret, RevocationPayload open, long headStartMs = 0)
    {
        await session.ExecuteAsync(
            """
            insert into outbox (project_id, job_id, kind, payload, due_at, created_at)
            values (@Project, @Id, @Kind, @payload, behalf_now() + @headStartMs, behalf_now())
            """,
            new
            {
                secret.Place.Owner.Project,
                secret.Place.Owner.Id,
                RevocationJob.Kind,
                headStartMs,
                payload = JsonSerializer.Serialize(open, RevocationJson.Default.RevocationPayload),
            });
        if (!await session.StoreSecretAsync(secret))
        {
            throw new Problem(Refusal.Conflict);
        }
    }

    /// <summary>Takes a job back that nobody has begun. False if somebody has, or it is gone: then the tokens are, too.</summary>
    public static async ValueTask<bool> WithdrawRevocationAsync(this WriteSession session, Id<IdKinds.Project> project, Id<IdKinds.Job> job)
    {
        var withdrawn = await session.ExecuteAsync(
            "delete from outbox where project_id = @project and job_id = @job and attempt = 0", new { project, job }) == 1;
        if (withdrawn)
        {
            await session.DestroySecretsAsync(project, job.As<IdKinds.SecretOwner>());
        }

        return withdrawn;
    }
}
