using Behalf.Audit;
using Behalf.Keys;
using Behalf.Storage;
using Behalf.Tests.Support;
using Behalf.Vault;

namespace Behalf.Tests.Vault;

public sealed class RotationTests
{
    [Theory, OnBothEngines]
    public async Task A_rotated_project_key_wraps_at_once_and_the_old_one_goes_when_nothing_is_left(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var places = await PutManyAsync(rig, 25);
        var before = await rig.RowAsync(places[0]);
        Assert.Equal(2, await rig.Generations.RotateAsync(rig.Project, rig.Because, VaultRig.Ct));

        var later = await rig.PutNewAsync("sealed later");
        Assert.Equal([(1, 25), (2, 1)], await CountsAsync(rig));
        Assert.False(await rig.Generations.DestroyAsync(rig.Project, 1, rig.Because, VaultRig.Ct));

        var result = await rig.RewrapDataKeys.RunAsync(rig.Project, 10, VaultRig.Ct);
        Assert.Equal(new RewrapResult { Moved = 25 }, result);
        Assert.Equal([(1, 0), (2, 26)], await CountsAsync(rig));
        Assert.False(await rig.Generations.DestroyAsync(rig.Project, 2, rig.Because, VaultRig.Ct));
        Assert.True(await rig.Generations.DestroyAsync(rig.Project, 1, rig.Because, VaultRig.Ct));

        foreach (var place in places)
        {
            Assert.Equal("a token", await rig.OpenAsync(place));
        }

        Assert.Equal("sealed later", await rig.OpenAsync(later));
        Assert.Equal(before.Ciphertext, (await rig.RowAsync(places[0])).Ciphertext);
    }

    [Theory, OnBothEngines]
    public async Task Every_call_is_served_while_keys_rotate_on_two_nodes(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        await using var node = rig.AnotherNode();
        var places = await PutManyAsync(rig, 20);
        using var done = new CancellationTokenSource();
        var reader = Task.Run(async () =>
        {
            var opened = 0;
            while (!done.IsCancellationRequested)
            {
                Assert.Equal("a token", await node.OpenAsync(places[opened++ % places.Count]));
                await Task.Yield();
            }

            return opened;
        });

        for (var generation = 2; generation <= 6; generation++)
        {
            await rig.Generations.RotateAsync(rig.Project, rig.Because, VaultRig.Ct);
            var results = await Task.WhenAll(
                rig.RewrapDataKeys.RunAsync(rig.Project, 3, VaultRig.Ct),
                node.RewrapDataKeys.RunAsync(rig.Project, 4, VaultRig.Ct));
            Assert.Equal(20, results.Sum(result => result.Moved));
        }

        await done.CancelAsync();
        Assert.True(await reader > 0);
        Assert.Equal([(1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 20)], await CountsAsync(rig));
    }

    [Theory, OnBothEngines]
    public async Task A_data_key_cannot_slip_under_a_destroyed_generation(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var late = await rig.Vault.SealAsync(rig.NewPlace(), VaultRig.Secret(), VaultRig.Ct);
        await rig.Generations.RotateAsync(rig.Project, rig.Because, VaultRig.Ct);
        Assert.True(await rig.Generations.DestroyAsync(rig.Project, 1, rig.Because, VaultRig.Ct));
        var problem = await Assert.ThrowsAsync<Problem>(() => rig.StoreAsync(late));
        Assert.Equal(Refusal.Conflict, problem.Refusal);
    }

    [Theory, OnBothEngines]
    public async Task A_slow_rewrapping_moves_nothing_under_a_generation_destroyed_meanwhile(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        await using var slow = rig.AnotherNode();
        var places = await PutManyAsync(rig, 3);
        await rig.Generations.RotateAsync(rig.Project, rig.Because, VaultRig.Ct);
        (await slow.ProjectKeys.RentAsync(rig.Project, 2, VaultRig.Ct)).Dispose();
        var gate = new TaskCompletionSource();
        slow.Provider.Gate = gate.Task;
        var rewrapping = slow.RewrapDataKeys.RunAsync(rig.Project, 10, VaultRig.Ct);
        while (slow.Provider.Unwraps < 2)
        {
            await Task.Delay(1);
        }

        await rig.Generations.RotateAsync(rig.Project, rig.Because, VaultRig.Ct);
        Assert.True(await rig.Generations.DestroyAsync(rig.Project, 2, rig.Because, VaultRig.Ct));
        gate.SetResult();

        Assert.Equal(Refusal.Conflict, (await Assert.ThrowsAsync<Problem>(() => rewrapping)).Refusal);
        Assert.Equal("a token", await rig.OpenAsync(places[0]));
    }

    [Theory, OnBothEngines]
    public async Task Of_two_rotations_at_once_one_stands(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var twice = await rig.Generations.NewAsync(rig.Project, 2, VaultRig.Ct);
        await rig.Generations.RotateAsync(rig.Project, rig.Because, VaultRig.Ct);
        Assert.False(await rig.Database.WriteAsync(RowScope.Of(rig.Project), session => session.AddProjectKeyAsync(twice), VaultRig.Ct));
        var counts = await rig.Generations.CountAsync(rig.Project, VaultRig.Ct);
        Assert.Equal([ProjectKeyState.Retired, ProjectKeyState.Primary], counts.Select(c => c.State));
    }

    [Theory, OnBothEngines]
    public async Task A_broken_data_key_is_told_and_holds_its_generation(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var places = await PutManyAsync(rig, 5);
        await rig.Generations.RotateAsync(rig.Project, rig.Because, VaultRig.Ct);
        await rig.TamperAsync("update data_key set toolkit = 'gitlab' where owner_id = @Id", new { places[2].Owner.Id });

        var result = await rig.RewrapDataKeys.RunAsync(rig.Project, 2, VaultRig.Ct);

        Assert.Equal(new RewrapResult { Moved = 4, Broken = 1 }, result);
        Assert.Single(await rig.EventsAsync(AuditActions.CredentialIntegrityFailure));
        Assert.False(await rig.Generations.DestroyAsync(rig.Project, 1, rig.Because, VaultRig.Ct));

        // What opening binds to is the account's own row, so the broken column cost nobody a credential.
        Assert.Equal("a token", await rig.OpenAsync(places[2]));
    }

    [Theory, OnBothEngines]
    public async Task After_the_providers_key_was_rotated_a_node_with_the_new_one_alone_works(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine, alone: true);
        var place = await rig.PutNewAsync("a token");
        await rig.NewProjectAsync();
        var old = (await rig.Generations.CountAsync(rig.Project, VaultRig.Ct))[0].KekId;
        var fresh = await rig.KeyFile.AddPrimaryAsync(VaultRig.Ct);

        Assert.Equal(new RewrapResult { Moved = 2 }, await rig.RewrapProjectKeys.RunAsync(1, VaultRig.Ct));
        Assert.Equal(new RewrapResult(), await rig.RewrapProjectKeys.RunAsync(1, VaultRig.Ct));
        Assert.Equal(fresh, (await rig.Generations.CountAsync(rig.Project, VaultRig.Ct))[0].KekId);

        await rig.KeyFile.DisableAsync(old, VaultRig.Ct);
        await rig.KeyFile.DeleteAsync(old, VaultRig.Ct);
        await using var node = rig.AnotherNode();
        Assert.Equal("a token", await node.OpenAsync(place));
    }

    [Theory, OnBothEngines]
    public async Task A_backup_from_before_a_deleted_key_opens_no_more(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine, alone: true);
        var place = await rig.PutNewAsync("a token");
        var backup = await rig.Database.FindAsync<ProjectKeyRow>(
            RowScope.Of(rig.Project), $"select {ProjectKeyRow.Columns} from project_key where project_id = @Project", new { rig.Project }, VaultRig.Ct);
        await rig.KeyFile.AddPrimaryAsync(VaultRig.Ct);
        await rig.RewrapProjectKeys.RunAsync(10, VaultRig.Ct);
        await rig.KeyFile.DisableAsync(backup!.KekId, VaultRig.Ct);
        await rig.KeyFile.DeleteAsync(backup.KekId, VaultRig.Ct);

        await rig.TamperAsync("update project_key set kek_id = @KekId, wrapped = @Wrapped where project_id = @Project",
            new { backup.KekId, backup.Wrapped, rig.Project });
        await using var node = rig.AnotherNode();
        await node.RefusesAsync(Refusal.KeyDestroyed, place);
    }

    [Fact]
    public async Task A_provider_that_is_away_stops_a_rotation_and_breaks_nothing()
    {
        await using var rig = await VaultRig.CreateAsync("sqlite");
        var place = await rig.PutNewAsync("a token");
        rig.Provider.Fault = KeyFault.Unavailable;
        var rotation = await Assert.ThrowsAsync<Problem>(() => rig.Generations.RotateAsync(rig.Project, rig.Because, VaultRig.Ct));
        Assert.Equal(Refusal.Sealed, rotation.Refusal);
        var rewrapping = await Assert.ThrowsAsync<Problem>(() => rig.RewrapProjectKeys.RunAsync(10, VaultRig.Ct));
        Assert.Equal(Refusal.Sealed, rewrapping.Refusal);
        Assert.Equal("a token", await rig.OpenAsync(place));
    }

    private static async Task<List<SecretPlace>> PutManyAsync(VaultRig rig, int count)
    {
        var places = new List<SecretPlace>();
        for (var i = 0; i < count; i++)
        {
            places.Add(await rig.PutNewAsync("a token"));
        }

        return places;
    }

    private static async Task<IEnumerable<(int Generation, int DataKeys)>> CountsAsync(VaultRig rig) =>
        (await rig.Generations.CountAsync(rig.Project, VaultRig.Ct)).Select(c => (c.Generation, (int)c.DataKeys));
}
