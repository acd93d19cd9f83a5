using Behalf.Keys;
using Behalf.Vault;

namespace Behalf.Tests.Vault;

/// <summary>How project keys stay in memory, and when they leave it.</summary>
public sealed class ProjectKeysTests
{
    [Fact]
    public async Task The_provider_is_asked_once_an_hour()
    {
        await using var rig = await VaultRig.CreateAsync("sqlite");
        var place = await rig.PutNewAsync("a token");
        await rig.OpenAsync(place);
        await rig.Clock.AdvanceAsync(TimeSpan.FromMinutes(59));
        await rig.OpenAsync(place);
        Assert.Equal(1, rig.Provider.Unwraps);
        await rig.Clock.AdvanceAsync(TimeSpan.FromMinutes(2));
        await rig.OpenAsync(place);
        Assert.Equal(2, rig.Provider.Unwraps);
    }

    [Fact]
    public async Task A_hundred_callers_at_once_ask_once_and_one_who_gives_up_harms_no_other()
    {
        await using var rig = await VaultRig.CreateAsync("sqlite");
        var gate = new TaskCompletionSource();
        rig.Provider.Gate = gate.Task;
        using var gaveUp = new CancellationTokenSource();
        var first = rig.ProjectKeys.RentAsync(rig.Project, 1, gaveUp.Token).AsTask();
        var others = Enumerable.Range(0, 100).Select(_ => rig.ProjectKeys.RentAsync(rig.Project, 1, VaultRig.Ct).AsTask()).ToArray();
        await gaveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();
        foreach (var lease in await Task.WhenAll(others))
        {
            lease.Dispose();
        }

        Assert.Equal(1, rig.Provider.Unwraps);
    }

    [Fact]
    public async Task A_provider_that_is_away_is_bridged_for_a_day()
    {
        await using var rig = await VaultRig.CreateAsync("sqlite");
        var place = await rig.PutNewAsync("a token");
        rig.Provider.Fault = KeyFault.Unavailable;
        await rig.Clock.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.Equal("a token", await rig.OpenAsync(place));
        Assert.Equal("a token", await rig.OpenAsync(place));
        Assert.Equal(2, rig.Provider.Unwraps);
        Assert.Contains(rig.Log.Lines, line => line.Contains("serves on", StringComparison.Ordinal));

        await rig.Clock.AdvanceAsync(TimeSpan.FromHours(23));
        await rig.RefusesAsync(Refusal.Sealed, place);
        rig.Provider.Fault = null;
        Assert.Equal("a token", await rig.OpenAsync(place));
    }

    [Theory]
    [InlineData(KeyFault.Denied, "Server_Sealed")]
    [InlineData(KeyFault.Disabled, "Server_Sealed")]
    [InlineData(KeyFault.UnknownKey, "Server_Sealed")]
    [InlineData(KeyFault.Unavailable, "Server_Sealed")]
    [InlineData(KeyFault.Deleted, "key_destroyed")]
    [InlineData(KeyFault.WrongContext, "credential_integrity")]
    public async Task A_key_that_is_not_to_be_had_has_a_name(object fault, string slug)
    {
        await using var rig = await VaultRig.CreateAsync("sqlite");
        var place = await rig.PutNewAsync("a token");
        await using var node = rig.AnotherNode();
        node.Provider.Fault = (KeyFault)fault;
        var problem = await Assert.ThrowsAsync<Problem>(() => node.OpenAsync(place));
        Assert.Equal(slug, problem.Refusal.Slug);
        Assert.Equal(slug == "Server_Sealed", problem.RetryAfterSeconds is not null);
    }

    [Fact]
    public async Task A_key_that_the_provider_withdraws_is_not_kept()
    {
        await using var rig = await VaultRig.CreateAsync("sqlite");
        var place = await rig.PutNewAsync("a token");
        SealingKey key;
        using (var lease = await rig.ProjectKeys.RentAsync(rig.Project, 1, VaultRig.Ct))
        {
            key = lease.Key;
        }

        await rig.Clock.AdvanceAsync(TimeSpan.FromHours(1));
        rig.Provider.Fault = KeyFault.Disabled;
        await rig.RefusesAsync(Refusal.Sealed, place);
        Assert.True(IsZeroed(key));
    }

    [Fact]
    public async Task What_leaves_the_cache_is_zeroed_when_its_last_user_is_done()
    {
        await using var rig = await VaultRig.CreateAsync("sqlite", limits: new ProjectKeyLimits { Capacity = 1 });
        var other = await rig.NewProjectAsync();
        var one = await rig.ProjectKeys.RentAsync(rig.Project, 1, VaultRig.Ct);
        var two = await rig.ProjectKeys.RentAsync(rig.Project, 1, VaultRig.Ct);
        (await rig.ProjectKeys.RentAsync(other, 1, VaultRig.Ct)).Dispose();
        one.Dispose();
        one.Dispose();
        Assert.False(IsZeroed(two.Key));
        two.Dispose();
        Assert.True(IsZeroed(two.Key));
    }

    [Fact]
    public async Task A_seal_takes_what_is_known_what_is_in_use_and_what_is_on_its_way()
    {
        await using var rig = await VaultRig.CreateAsync("sqlite");
        var place = await rig.PutNewAsync("a token");
        var other = await rig.NewProjectAsync();
        var inUse = await rig.ProjectKeys.RentAsync(rig.Project, 1, VaultRig.Ct);
        var gate = new TaskCompletionSource();
        rig.Provider.Gate = gate.Task;
        var onItsWay = rig.ProjectKeys.RentAsync(other, 1, VaultRig.Ct).AsTask();
        rig.ProjectKeys.Lock();
        gate.SetResult();

        Assert.Equal(Refusal.Sealed, (await Assert.ThrowsAsync<Problem>(() => onItsWay)).Refusal);
        Assert.False(IsZeroed(inUse.Key));
        inUse.Dispose();
        Assert.True(IsZeroed(inUse.Key));
        await rig.RefusesAsync(Refusal.Sealed, place);
        rig.ProjectKeys.Unlock();
        Assert.Equal("a token", await rig.OpenAsync(place));

        // The one that was on its way did not stay either: it is asked for again.
        var asked = rig.Provider.Unwraps;
        (await rig.ProjectKeys.RentAsync(other, 1, VaultRig.Ct)).Dispose();
        Assert.Equal(asked + 1, rig.Provider.Unwraps);
    }

    [Fact]
    public async Task The_least_used_key_makes_room()
    {
        await using var rig = await VaultRig.CreateAsync("sqlite", limits: new ProjectKeyLimits { Capacity = 2 });
        var (second, third) = (await rig.NewProjectAsync(), await rig.NewProjectAsync());
        foreach (var project in new[] { rig.Project, second, rig.Project, third, rig.Project })
        {
            (await rig.ProjectKeys.RentAsync(project, 1, VaultRig.Ct)).Dispose();
            await rig.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, rig.Provider.Unwraps);
        (await rig.ProjectKeys.RentAsync(second, 1, VaultRig.Ct)).Dispose();
        Assert.Equal(4, rig.Provider.Unwraps);
    }

    [Fact]
    public async Task A_key_that_nobody_uses_is_swept_after_an_hour()
    {
        await using var rig = await VaultRig.CreateAsync("sqlite");
        SealingKey key;
        using (var lease = await rig.ProjectKeys.RentAsync(rig.Project, 1, VaultRig.Ct))
        {
            key = lease.Key;
        }

        await rig.Clock.AdvanceAsync(TimeSpan.FromMinutes(59));
        rig.ProjectKeys.Sweep();
        Assert.False(IsZeroed(key));
        await rig.Clock.AdvanceAsync(TimeSpan.FromMinutes(2));
        rig.ProjectKeys.Sweep();
        Assert.True(IsZeroed(key));
    }

    internal static bool IsZeroed(SealingKey key)
    {
        try
        {
            key.Seal([], [], []);
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
