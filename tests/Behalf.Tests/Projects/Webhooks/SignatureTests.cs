using Behalf.Projects.Webhooks;
using Behalf.Tests.Support;

namespace Behalf.Tests.Projects.Webhooks;

/// <summary>A21: what we send, receivers of others can verify, and what somebody changed they refuse.</summary>
public sealed class SignatureTests
{
    /// <summary>The example that the specification's reference libraries carry in their tests.</summary>
    [Fact]
    public void The_specifications_own_example_gets_the_specifications_own_signature() => Assert.StartsWith(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= ",
        WebhookSignature.Of("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}""", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        StringComparison.Ordinal);

    [Theory, OnBothEngines]
    public async Task A21_deliveries_of_each_version_are_verified_by_the_reference_library_and_by_the_SDK(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        await using var receiver = await WebhookVerifier.StartAsync();
        var secrets = new Dictionary<string, string>();
        foreach (var version in new[] { "V1", "V2", "V3" })
        {
            secrets[version] = (await world.SubscribeAsync(version: version)).Secret;
        }

        var (_, account) = await world.TriggerAsync("Zoë \"the\" <user>");
        await world.ReceivedAsync(3);
        Assert.Single(world.Receiver.Received.Select(one => one.Id).Distinct());
        foreach (var one in world.Receiver.Received)
        {
            var version = one.Headers["x-composio-webhook-version"];
            var verdict = await receiver.AskAsync(one, secrets[version]);
            Assert.True(verdict.Standard.Ok, verdict.Standard.Result);
            Assert.Equal(new Verification(true, version), verdict.Sdk);
            Assert.Contains(account, one.Body, StringComparison.Ordinal);
            Assert.Equal("application/json", one.Headers["Content-Type"]);

            var altered = await receiver.AskAsync(one, secrets[version], one.Body.Replace("INITIATED", "ACTIVE", StringComparison.Ordinal));
            var foreign = await receiver.AskAsync(one, secrets[version == "V1" ? "V2" : "V1"]);
            Assert.Equal([false, false, false, false], new[] { altered, foreign }.SelectMany(v => new[] { v.Standard.Ok, v.Sdk.Ok }));
        }
    }

    [Theory, OnBothEngines]
    public async Task An_expired_account_is_told_in_the_form_that_the_SDK_knows(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        await using var receiver = await WebhookVerifier.StartAsync();
        var (_, secret) = await world.SubscribeAsync([WebhookWorld.Expired]);
        var account = await world.World.ConnectAsync("user_1", "alice");
        world.World.Provider.RevokeUser("alice");
        await world.Project.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh");
        await world.ReceivedAsync(1);
        var told = Assert.Single(world.Receiver.Received);
        Assert.True((await receiver.AskAsync(told, secret)).Event);
        var data = told.Json.GetProperty("data");
        Assert.Equal((account, "EXPIRED", "refresh_token_refused"), (data.GetProperty("id").GetString(), data.GetProperty("status").GetString(), data.GetProperty("status_reason").GetString()));
        Assert.Equal("user_1", data.GetProperty("user_id").GetString());
        Assert.DoesNotContain("cnry_", told.Body, StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task A21_during_a_rotation_both_secrets_verify_and_afterwards_the_new_one_alone(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        await using var receiver = await WebhookVerifier.StartAsync();
        var (id, first) = await world.SubscribeAsync();
        async Task<bool[]> VerifiedByAsync(params string[] secrets)
        {
            var before = world.Receiver.Received.Count;
            await world.TriggerAsync();
            await world.ReceivedAsync(before + 1);
            var told = world.Receiver.Received[^1];
            var verdicts = new List<bool>();
            foreach (var secret in secrets)
            {
                var verdict = await receiver.AskAsync(told, secret);
                Assert.Equal(verdict.Sdk.Ok, verdict.Standard.Ok);
                verdicts.Add(verdict.Standard.Ok);
            }

            // One for the specification and one for the SDKs, of each secret that signs.
            Assert.Equal(2 * verdicts.Count(ok => ok), told.Signatures.Distinct().Count());
            return [.. verdicts];
        }

        var rotated = (await world.Project.PostAsync($"/api/v3.1/webhook_subscriptions/{id}/rotate_secret", new { overlap_seconds = 3600 })).Expect(200).Json;
        var second = rotated.GetProperty("secret").GetString()!;
        Assert.NotNull(rotated.GetProperty("former_secret_until").GetString());
        Assert.Equal(new[] { true, true }, await VerifiedByAsync(first, second));

        // A third makes the first one foreign, and without an overlap the second, too.
        var third = (await world.Project.PostAsync($"/api/v3.1/webhook_subscriptions/{id}/rotate_secret")).Expect(200).Json.GetProperty("secret").GetString()!;
        Assert.Equal(new[] { false, true, true }, await VerifiedByAsync(first, second, third));
        var fourth = (await world.Project.PostAsync($"/api/v3.1/webhook_subscriptions/{id}/rotate_secret", new { overlap_seconds = 0 })).Expect(200).Json.GetProperty("secret").GetString()!;
        Assert.Equal(new[] { false, true }, await VerifiedByAsync(third, fourth));
    }

    [Theory, OnBothEngines]
    public async Task The_former_secret_stops_signing_when_the_overlap_is_over(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        var (id, _) = await world.SubscribeAsync();
        (await world.Project.PostAsync($"/api/v3.1/webhook_subscriptions/{id}/rotate_secret")).Expect(200);
        await world.TriggerAsync();
        await world.ReceivedAsync(1);
        Assert.Equal(4, world.Receiver.Received[0].Signatures.Length);
        await world.World.Server.Clock.AdvanceAsync(TimeSpan.FromHours(24.1));
        await world.TriggerAsync();
        await world.ReceivedAsync(2);
        Assert.Equal(2, world.Receiver.Received[1].Signatures.Length);
    }
}
