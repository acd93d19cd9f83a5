using System.Text.Json;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Projects.Webhooks;

/// <summary>What a receiver makes of a delivery: <see cref="Result"/> is what it read, or why it did not.</summary>
internal sealed record Verification(bool Ok, string Result);

/// <param name="Standard">The reference library of Standard Webhooks.</param>
/// <param name="Sdk">The official SDK.</param>
/// <param name="Event">Whether the SDK's schema of the event takes the body; null where it has none.</param>
internal sealed record Verdict(Verification Standard, Verification Sdk, bool? Event);

/// <summary>Receivers that nobody here wrote.</summary>
internal sealed class WebhookVerifier : IAsyncDisposable
{
    private readonly NodePeer _node;

    private WebhookVerifier(NodePeer node) => _node = node;

    public static async Task<WebhookVerifier> StartAsync() => new(await NodePeer.StartAsync(
        "verify-webhook.mjs", [], new Dictionary<string, string>(), readyLine: null, TestContext.Current.CancellationToken));

    public async Task<Verdict> AskAsync(Received received, string secret, string? body = null)
    {
        var ct = TestContext.Current.CancellationToken;
        var line = JsonSerializer.Serialize(new
        {
            secret,
            headers = received.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value),
            body = body ?? received.Body,
        });
        await _node.WriteLineAsync(line, ct);
        return JsonSerializer.Deserialize<Verdict>(await _node.ReadLineAsync(ct) ?? throw new InvalidOperationException(_node.Errors), JsonSerializerOptions.Web)!;
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();
}
