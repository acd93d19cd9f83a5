using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Behalf.Audit;
using Behalf.Egress;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Projects.Webhooks;

/// <summary>How one attempt went.</summary>
internal sealed record AttemptResult
{
    public int? HttpStatus { get; init; }

    /// <summary>Null where the receiver has taken it.</summary>
    public required string? Failure { get; init; }

    public required int DurationMs { get; init; }
}

/// <summary>Sends a delivery once, signed, and has the outcome written down. Of the answer nothing but its status is read.</summary>
internal sealed class AttemptDelivery(
    IDatabase database, SecretVault vault, GuardedHttp http, RecordAttempt record, TimeProvider clock, ILogger<AttemptDelivery> log)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    public async Task RunAsync(ClaimedDelivery claimed)
    {
        using var span = Telemetry.RootSpan("webhook.deliver");
        try
        {
            if (await FindAsync(claimed) is not { } found)
            {
                await record.DropAsync(claimed);
                return;
            }

            var because = AuditEvent.BySystem(claimed.ProjectId, AuditActions.WebhookDelivered) with
            {
                Detail = JsonSerializer.Serialize(
                    new DeliveryDetail { WebhookId = found.WebhookId.ToString(), DeliveryId = claimed.DeliveryId.ToString(), EventType = found.EventType },
                    DeliveryDetailJson.Default.DeliveryDetail),
            };
            var result = await SendAsync(claimed, found, because);
            Measures.Attempted(span, result.Failure);
            await record.RunAsync(claimed, found.WebhookId, result, because);
        }
        catch (Problem e) when (e.Refusal.Status == StatusCodes.Status503ServiceUnavailable)
        {
            // The key provider or the database is away, which is not the receiver's doing: the attempt does not count.
            log.DeliveryPutOff(e, claimed.DeliveryId);
            await record.PutOffAsync(claimed);
        }
    }

    private async Task<AttemptResult> SendAsync(ClaimedDelivery claimed, Sending found, AuditEvent because)
    {
        var began = clock.GetTimestamp();
        var (status, failure) = await OpenAsync(claimed, found, because) is { } secrets
            ? await AskAsync(RequestOf(found, secrets))
            : (null, DeliveryFailures.SecretUnreadable);
        return new AttemptResult { HttpStatus = status, Failure = failure, DurationMs = (int)clock.GetElapsedTime(began).TotalMilliseconds };
    }

    private async Task<WebhookSecrets?> OpenAsync(ClaimedDelivery claimed, Sending found, AuditEvent because)
    {
        try
        {
            var place = WebhookStore.PlaceOf(claimed.ProjectId, found.WebhookId, found.SecretVersion);
            using var opened = await vault.OpenAsync(place, found.Secret, Use.ToldWithItsEffect(because), CancellationToken.None);
            return WebhookSecrets.Parse(opened.Span);
        }
        catch (Problem e) when (e.Refusal == Refusal.CredentialIntegrity || e.Refusal == Refusal.KeyDestroyed)
        {
            return null;
        }
    }

    private static EgressRequest RequestOf(Sending found, WebhookSecrets secrets)
    {
        var (id, seconds) = (found.MessageId.ToString(), found.Now / 1000);
        string[] signers = found.FormerUntil > found.Now && secrets.Former is { } former ? [secrets.Present, former] : [secrets.Present];
        return new EgressRequest
        {
            Method = HttpMethod.Post,
            Purpose = EgressPurpose.Webhook,
            Url = new Uri(found.Url),
            Hosts = AllowedHosts.AnyPublic,
            Deadline = Deadline,
            ContentType = "application/json",
            Body = Encoding.UTF8.GetBytes(found.Body),
            MaxResponseBytes = 0,
            Headers =
            [
                new("webhook-id", id),
                new("webhook-timestamp", seconds.ToString(CultureInfo.InvariantCulture)),
                new("webhook-signature", WebhookSignature.Of(id, seconds, found.Body, signers)),
                new("x-composio-webhook-version", "V" + found.Version.ToString(CultureInfo.InvariantCulture)),
                new("User-Agent", "Behalf-Webhooks"),
            ],
        };
    }

    private async Task<(int? Status, string? Failure)> AskAsync(EgressRequest request)
    {
        try
        {
            var answer = await http.SendAsync(request, CancellationToken.None);
            return (answer.Status, answer.Status is >= 200 and < 300 ? null : DeliveryFailures.Status);
        }
        catch (EgressException e)
        {
            return (null, JsonNamingPolicy.SnakeCaseLower.ConvertName(e.Failure.ToString()));
        }
    }

    private Task<Sending?> FindAsync(ClaimedDelivery claimed) => database.FindAsync<Sending>(
        RowScope.Of(claimed.ProjectId),
        $"""
        select d.webhook_id, d.message_id, d.event_type, d.version, d.body, w.url, w.secret_version, w.former_until,
          behalf_now() as now, {SecretRow.Columns}
        from webhook_delivery d
        join webhook w on w.project_id = d.project_id and w.webhook_id = d.webhook_id
        {SecretRow.Join("d.project_id", "d.webhook_id", SecretKind.WebhookSecret)}
        where d.project_id = @ProjectId and d.delivery_id = @DeliveryId and d.status = @Pending and w.disabled_at is null
        """,
        new { claimed.ProjectId, claimed.DeliveryId, DeliveryStatus.Pending },
        CancellationToken.None);

    /// <summary>All that an attempt needs, in one look-up.</summary>
    private sealed record Sending
    {
        public required Id<IdKinds.Webhook> WebhookId { get; init; }

        public required Id<IdKinds.Message> MessageId { get; init; }

        public required string EventType { get; init; }

        public required short Version { get; init; }

        public required string Body { get; init; }

        public required string Url { get; init; }

        public required long SecretVersion { get; init; }

        public required long? FormerUntil { get; init; }

        public required long Now { get; init; }

        public required byte[] Ciphertext { get; init; }

        public required short DataKeyVersion { get; init; }

        public required byte[] WrappedDataKey { get; init; }

        public SecretRow Secret => new() { Ciphertext = Ciphertext, DataKeyVersion = DataKeyVersion, WrappedDataKey = WrappedDataKey };
    }
}
