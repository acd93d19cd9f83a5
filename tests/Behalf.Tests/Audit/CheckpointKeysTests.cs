using Behalf.Audit;
using Behalf.Audit.Chain;
using Behalf.Keys;
using Behalf.Tests.Support;

namespace Behalf.Tests.Audit;

/// <summary>The keys that checkpoints are signed with, and the provider that keeps them.</summary>
public sealed class CheckpointKeysTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnBothEngines]
    public async Task Without_the_key_provider_events_wait_and_nothing_is_lost(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var sealer = trail.NewSealer();
        trail.Provider.Away = true;
        await trail.AppendAsync();
        await sealer.TrySealAsync(None);
        Assert.NotNull(sealer.Fault);
        Assert.Equal(Refusal.Sealed, (await Assert.ThrowsAsync<Problem>(() => VerifyWithFreshKeysAsync(trail, expectKey: true))).Refusal);
        await trail.AppendAsync();
        await sealer.TrySealAsync(None);

        trail.Provider.Away = false;
        await sealer.TrySealAsync(None);
        Assert.Null(sealer.Fault);
        var found = await trail.VerifyAsync();
        Assert.Equal((true, 2L, 0L), (found.Valid, found.Events, found.Unsealed));
    }

    [Theory, OnBothEngines]
    public async Task A_node_whose_key_provider_is_away_leaves_the_work_to_another(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var cut = trail.NewSealer();
        using var well = trail.NewSealer();
        trail.Provider.Away = true;
        await trail.AppendAsync();
        await cut.TrySealAsync(None);
        trail.Provider.Away = false;
        await well.TrySealAsync(None);
        Assert.Equal(0, (await trail.VerifyAsync()).Unsealed);
    }

    [Theory, OnBothEngines]
    public async Task A_signing_key_that_was_put_into_the_database_is_not_used(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await trail.SealedAsync(1);
        using var own = SigningKey.Create();
        await trail.TamperAsync($"update signing_key set kid = '{own.Id}', public_key = {trail.Literal(own.PublicKey)}");
        await trail.AppendAsync();

        // A server that was started anew.
        using var keys = trail.NewKeys(trail.Database);
        await Assert.ThrowsAsync<KeyProviderException>(() => trail.NewEventSealer(trail.Database, keys).SealBatchAsync(None));
        Assert.Empty(await keys.TrustedAsync(None));
    }

    [Theory, OnBothEngines]
    public async Task Nodes_that_start_together_make_one_signing_key(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => trail.NewKeys(trail.Database).CurrentAsync(None)));
        Assert.Single(made.Select(key => key.Id).Distinct());
        Assert.Single(await trail.Keys.TrustedAsync(None));
    }

    [Theory, OnBothEngines]
    public async Task After_the_provider_rotated_its_key_the_old_one_can_go(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await trail.SealedAsync(2);
        var old = (await trail.Provider.ProbeAsync(None)).PrimaryKeyId!;
        await trail.Provider.File.AddPrimaryAsync(None);
        Assert.Equal(1, await trail.Keys.RewrapAsync(None));
        Assert.Equal(0, await trail.Keys.RewrapAsync(None));
        await trail.Provider.File.DisableAsync(old, None);

        // A server that was started anew.
        using var keys = trail.NewKeys(trail.Database);
        await trail.AppendAsync();
        await trail.NewEventSealer(trail.Database, keys).SealBatchAsync(None);
        Assert.Equal((true, 3L, 0L), Of(await new VerifyAuditTrail(trail.Database, keys).RunAsync(trail.Project, null, None)));
        Assert.Single(await keys.TrustedAsync(None));
    }

    private static (bool Valid, long Events, long Unsealed) Of(TrailVerification found) => (found.Valid, found.Events, found.Unsealed);

    private static async Task VerifyWithFreshKeysAsync(TrailFixture trail, bool expectKey)
    {
        // A key must exist for its provider to be missed.
        trail.Provider.Away = false;
        await trail.Keys.CurrentAsync(None);
        trail.Provider.Away = expectKey;
        using var keys = trail.NewKeys(trail.Database);
        await keys.TrustedAsync(None);
    }
}
