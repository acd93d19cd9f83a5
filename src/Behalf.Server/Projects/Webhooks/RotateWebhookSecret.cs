using Behalf.Audit;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;

namespace Behalf.Projects.Webhooks;

/// <summary>Gives a webhook another secret. Until the overlap is over deliveries carry the signatures of both.</summary>
internal sealed class RotateWebhookSecret(IDatabase database, SecretVault vault)
{
    private const int Day = 24 * 60 * 60;

    public static Task<RotatedSecretAnswer> HandleAsync(
        CallerParameter caller, string id, RotateSecretRequest? body, RotateWebhookSecret rotate, CancellationToken ct) =>
        rotate.RunAsync(caller, WireText.Id<IdKinds.Webhook>(id), body?.OverlapSeconds ?? Day, ct);

    private async Task<RotatedSecretAnswer> RunAsync(Caller caller, Id<IdKinds.Webhook> id, int overlap, CancellationToken ct)
    {
        if (overlap is < 0 or > 7 * Day)
        {
            throw new Problem(Refusal.InvalidRequest, "overlap_seconds is 0 to 604800 (7 days).");
        }

        var row = await database.GetWebhookAsync(caller.Project, id, ct);
        var because = ManageWebhooks.Told(caller, AuditActions.WebhookSecretRotated, id);
        var fresh = WebhookSecrets.New(overlap > 0 ? await PresentAsync(row, because, ct) : null);

        // A former secret that may not sign any more is not kept either: a new data key destroys what the old one sealed.
        var @sealed = await vault.SealAfreshAsync(WebhookStore.PlaceOf(row.ProjectId, id, row.SecretVersion + 1), fresh.ToBytes(), ct);
        var until = await database.WriteAsync(
            RowScope.Of(row.ProjectId),
            async session =>
            {
                if ((await session.GetWebhookAsync(row.ProjectId, id)).SecretVersion != row.SecretVersion)
                {
                    throw new Problem(Refusal.Conflict, "The secret was rotated by somebody else at the same time.");
                }

                await SecretVault.StoreAsync(session, @sealed, because);
                return await session.FindAsync<long?>(
                    """
                    update webhook set secret_version = secret_version + 1, updated_at = behalf_now(),
                      former_until = case when @overlap > 0 then behalf_now() + @overlap end
                    where project_id = @ProjectId and webhook_id = @id returning former_until
                    """,
                    new { row.ProjectId, id, overlap = overlap * 1000L });
            },
            ct);
        return new RotatedSecretAnswer
        {
            Id = id.ToString(),
            Secret = fresh.Present,
            FormerSecretUntil = until is { } time ? WireText.Time(time) : null,
        };
    }

    /// <summary>Null where it does not open any more: a new one is then all that helps.</summary>
    private async Task<string?> PresentAsync(WebhookRow row, AuditEvent because, CancellationToken ct)
    {
        var owner = row.WebhookId.As<IdKinds.SecretOwner>();
        if (await database.FindSecretAsync(row.ProjectId, owner, SecretKind.WebhookSecret, ct) is not { } stored)
        {
            return null;
        }

        try
        {
            using var opened = await vault.OpenAsync(row.SecretPlace, stored, Use.ToldWithItsEffect(because), ct);
            return WebhookSecrets.Parse(opened.Span).Present;
        }
        catch (Problem e) when (e.Refusal == Refusal.CredentialIntegrity || e.Refusal == Refusal.KeyDestroyed)
        {
            return null;
        }
    }
}
