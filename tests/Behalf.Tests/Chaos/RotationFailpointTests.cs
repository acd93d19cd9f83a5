using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>SIGKILL at every step of a key rotation, beside the server that works on: another run finishes it.</summary>
public sealed class RotationFailpointTests
{
    public static TheoryData<string, string, int> Cases => Failpoints.Cases(Failpoints.OfRotation);

    [Theory, MemberData(nameof(Cases))]
    public async Task A_rotation_killed_at_any_step_locks_nobody_out_and_can_be_finished(string engine, string point, int round)
    {
        _ = round;
        await using var crash = await CrashWorld.CreateAsync(engine, "grace");
        await crash.ConnectAsync("alice");
        await crash.ConnectAsync("bob");
        string[] command = point == "rotation.project" ? ["keys", "rotate"] : ["keys", "rotate", "--project"];
        await crash.DieAtAsync(point, command);
        await Invariants.HoldAsync(crash);

        // What replaced the key is there from the switch on; before it, the rotation has not begun.
        var replaced = point is "rotation.switched" or "rotation.wrapped" or "rotation.moved" ? 2 : 1;
        Assert.Equal(replaced, await crash.CountAsync("select max(generation) from project_key"));
        await crash.ConnectAsync("carol");
        var (exit, output, errors) = await ServerProcess.RunAsync(replaced == 1 ? command : ["keys", "rewrap"], crash.World.Settings);
        Assert.True(exit == 0, output + errors);
        Assert.Equal(0, await crash.CountAsync(
            "select count(*) from data_key d where generation < (select max(generation) from project_key k where k.project_id = d.project_id)"));
        Assert.Equal(1, await crash.CountAsync("select count(distinct kek_id) from project_key"));
        await Invariants.HoldAsync(crash);
    }
}
