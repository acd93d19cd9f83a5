using Behalf.Tests.Keys.Services;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>SIGKILL at every step of a key rotation, beside the server that works on: another run finishes it. With the key file and
/// with the services.</summary>
public sealed class RotationFailpointTests
{
    private static readonly string[] Rewrap = ["keys", "rewrap"];

    public static TheoryData<string, string, string, int> Cases => Failpoints.RotationCases();

    [Theory, MemberData(nameof(Cases))]
    public async Task A_rotation_killed_at_any_step_locks_nobody_out_and_can_be_finished(string engine, string keys, string point, int round)
    {
        _ = round;
        await using var service = keys == "file" ? null : await ServiceKeys.StartAsync(keys);
        await using var crash = await CrashWorld.CreateAsync(engine, "grace", keys: service);
        await crash.ConnectAsync("alice");
        await crash.ConnectAsync("bob");
        service?.Rotate();
        string[] command = point != "rotation.project" ? ["keys", "rotate", "--project"] : service is null ? ["keys", "rotate"] : Rewrap;
        await crash.DieAtAsync(point, command);
        await Invariants.HoldAsync(crash);

        // What replaced the key is there from the switch on; before it, the rotation has not begun.
        var replaced = point is "rotation.switched" or "rotation.wrapped" or "rotation.moved" ? 2 : 1;
        Assert.Equal(replaced, await crash.CountAsync("select max(generation) from project_key"));
        await crash.ConnectAsync("carol");
        await RunAsync(crash, replaced == 1 ? command : Rewrap);
        if (service is not null)
        {
            await RunAsync(crash, Rewrap);
            Assert.Equal(0, await crash.CountAsync($"select count(*) from project_key where kek_id <> '{service.NewId}'"));
        }

        Assert.Equal(0, await crash.CountAsync(
            "select count(*) from data_key d where generation < (select max(generation) from project_key k where k.project_id = d.project_id)"));
        Assert.Equal(1, await crash.CountAsync("select count(distinct kek_id) from project_key"));
        if (service is not null)
        {
            await crash.StopServerAsync();
            service.Retire();
            await crash.World.StartServerAsync();
        }

        await Invariants.HoldAsync(crash);
    }

    private static async Task RunAsync(CrashWorld crash, string[] command)
    {
        var (exit, output, errors) = await ServerProcess.RunAsync(command, crash.World.Settings);
        Assert.True(exit == 0, output + errors);
    }
}
