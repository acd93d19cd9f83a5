using Behalf.Keys;
using Behalf.Keys.Local;
using Behalf.Storage;
using Behalf.Tests.Support;
using Behalf.Vault;
using Microsoft.Extensions.Logging.Abstractions;

namespace Behalf.Tests.Vault;

/// <summary>A key is destroyed when it wraps nothing and no backup needs it any more, and not a moment sooner.</summary>
public sealed class RetiredKeyTests
{
    private static readonly BackupRetention Month = new(TimeSpan.FromDays(30));

    [Theory, OnBothEngines]
    public async Task A_key_of_the_key_file_goes_at_zero_and_a_month_after_it_was_disabled(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine, alone: true);
        var place = await rig.PutNewAsync("a token");
        var retire = new RetireProviderKeys(rig.Database, new KeyProviders([rig.KeyFile]), Month, rig.Clock);
        var old = (await retire.CountAsync(VaultRig.Ct)).Single();
        Assert.Equal(1, old.Use.ProjectKeys);
        await rig.KeyFile.AddPrimaryAsync(VaultRig.Ct);
        Assert.Equal(Refusal.Conflict, (await Assert.ThrowsAsync<Problem>(() => retire.DisableAsync(old.Key.Id, VaultRig.Ct))).Refusal);

        await rig.RewrapProjectKeys.RunAsync(10, VaultRig.Ct);
        Assert.True((await retire.CountAsync(VaultRig.Ct))[0].Use.IsNone);
        Assert.Equal(KeyFault.Denied, (await Assert.ThrowsAsync<KeyProviderException>(() => retire.DeleteAsync(old.Key.Id, VaultRig.Ct))).Fault);
        await retire.DisableAsync(old.Key.Id, VaultRig.Ct);
        await rig.Clock.AdvanceAsync(TimeSpan.FromDays(29.9));
        Assert.Contains("still opens backups", (await Assert.ThrowsAsync<Problem>(() => retire.DeleteAsync(old.Key.Id, VaultRig.Ct))).Message, StringComparison.Ordinal);

        // Taken into use in between, the month begins again.
        await retire.EnableAsync(old.Key.Id, VaultRig.Ct);
        await retire.DisableAsync(old.Key.Id, VaultRig.Ct);
        await rig.Clock.AdvanceAsync(TimeSpan.FromDays(29.9));
        await Assert.ThrowsAsync<Problem>(() => retire.DeleteAsync(old.Key.Id, VaultRig.Ct));
        await rig.Clock.AdvanceAsync(TimeSpan.FromDays(0.2));
        await retire.DeleteAsync(old.Key.Id, VaultRig.Ct);
        Assert.Equal(KeyState.Deleted, rig.KeyFile.List()[0].State);
        Assert.Equal("a token", await rig.OpenAsync(place));
    }

    [Theory, OnBothEngines]
    public async Task A_key_that_came_back_with_a_restored_backup_is_in_use_again(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine, alone: true);
        var retire = new RetireProviderKeys(rig.Database, new KeyProviders([rig.KeyFile]), Month, rig.Clock);
        var old = rig.KeyFile.List()[0].Id;
        await rig.KeyFile.AddPrimaryAsync(VaultRig.Ct);
        await rig.RewrapProjectKeys.RunAsync(10, VaultRig.Ct);
        await retire.DisableAsync(old, VaultRig.Ct);
        await rig.Clock.AdvanceAsync(TimeSpan.FromDays(31));
        await rig.TamperAsync("update project_key set kek_id = @old", new { old });
        Assert.Equal(Refusal.Conflict, (await Assert.ThrowsAsync<Problem>(() => retire.DeleteAsync(old, VaultRig.Ct))).Refusal);
        Assert.Equal(Refusal.NotFound, (await Assert.ThrowsAsync<Problem>(() => retire.DeleteAsync("nothing", VaultRig.Ct))).Refusal);
    }

    [Theory, OnBothEngines]
    public async Task A_generation_goes_a_month_after_the_next_one_was_made(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var generations = new ProjectKeyGenerations(
            rig.Database, rig.Deployment, rig.Provider, rig.ProjectKeys, Month, NullLogger<ProjectKeyGenerations>.Instance);
        await generations.RotateAsync(rig.Project, rig.Because, VaultRig.Ct);
        Assert.False(await generations.DestroyAsync(rig.Project, 1, rig.Because, VaultRig.Ct));
        await rig.TamperAsync(
            "update project_key set created_at = created_at - @month where project_id = @Project and generation = 2",
            new { rig.Project, month = (long)Month.Time.TotalMilliseconds });
        Assert.True(await generations.DestroyAsync(rig.Project, 1, rig.Because, VaultRig.Ct));
    }
}
