using Behalf.Audit;
using Behalf.Audit.Chain;
using Behalf.Keys;
using Behalf.Tests.Support;

namespace Behalf.Tests.Audit;

/// <summary>Everything that somebody who writes the database can do to a sealed trail, and what the verifiers say of it: over
/// the database, over an export, and by an implementation that is not ours.</summary>
public sealed class TamperingTests
{
    private const string Of = "where project_id =";

    private sealed record Deed(Func<TrailFixture, Task> Do, long Seq, TrailFaultKind Reason);

    /// <summary>To a chain of ten events with checkpoints at 3, 7 and 10.</summary>
    private static readonly Dictionary<string, Deed> Deeds = new()
    {
        ["edit an event"] = new(t => EventsAsync(t, "set outcome = 'refused'", "and seq = 5"), 5, TrailFaultKind.Edited),
        ["edit a hash"] = new(t => EventsAsync(t, $"set hash = {t.Literal(new byte[32])}", "and seq = 5"), 5, TrailFaultKind.Edited),
        ["delete one"] = new(t => DeleteAsync(t, "and seq = 5"), 5, TrailFaultKind.Missing),
        ["delete the one under a checkpoint"] = new(t => DeleteAsync(t, "and seq = 7"), 7, TrailFaultKind.Missing),
        ["delete one and close the gap"] = new(CloseGapAsync, 5, TrailFaultKind.Edited),
        ["delete the first"] = new(t => DeleteAsync(t, "and seq = 1"), 1, TrailFaultKind.Missing),
        ["delete the first batch with its checkpoint"] = new(
            t => DeleteAsync(t, "and seq <= 3", withCheckpoints: true), 1, TrailFaultKind.Missing),
        ["delete the tail"] = new(t => DeleteAsync(t, "and seq >= 9"), 9, TrailFaultKind.Truncated),
        ["swap two neighbours"] = new(t => SwapAsync(t, 5, 6), 5, TrailFaultKind.Swapped),
        ["swap two far apart"] = new(t => SwapAsync(t, 2, 9), 2, TrailFaultKind.Swapped),
        ["swap the last two"] = new(t => SwapAsync(t, 9, 10), 9, TrailFaultKind.Swapped),
        ["insert one"] = new(t => InsertAsync(t, 5), 5, TrailFaultKind.Inserted),
        ["insert one before the last"] = new(t => InsertAsync(t, 10), 10, TrailFaultKind.Inserted),
        ["append one with the right hash"] = new(AppendForgedAsync, 11, TrailFaultKind.Unsigned),
        ["delete the last checkpoint"] = new(
            t => t.TamperAsync($"delete from audit_checkpoint {Mine(t)} and seq = 10"), 8, TrailFaultKind.Unsigned),
        ["edit a checkpoint's time"] = new(
            t => t.TamperAsync($"update audit_checkpoint set at = at + 1 {Mine(t)} and seq = 7"), 7, TrailFaultKind.BadSignature),
        ["rebuild the chain, leave the checkpoints"] = new(t => RebuildAsync(t, null), 7, TrailFaultKind.Rewritten),
        ["rebuild the chain, with hashes in the checkpoints"] = new(
            t => RebuildAsync(t, (checkpoint, hash) => checkpoint with { Hash = hash }), 7, TrailFaultKind.BadSignature),
        ["rebuild the chain, sign with another key"] = new(RebuildWithOwnKeyAsync, 7, TrailFaultKind.UnknownKey),
    };

    public static IEnumerable<TheoryDataRow<string, string>> Cases() =>
        from engine in new[] { "sqlite", "postgres" }
        from name in Deeds.Keys
        select new TheoryDataRow<string, string>(engine, name);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_was_done_is_named_and_where(string engine, string name)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await trail.SealedAsync(3, 4, 3);
        Assert.True((await trail.VerifyAsync()).Valid);
        var deed = Deeds[name];

        await deed.Do(trail);

        var online = await trail.VerifyAsync();
        Assert.False(online.Valid);
        Assert.Equal((deed.Seq, deed.Reason), (online.FirstBad!.Seq, online.FirstBad.Reason));
        var export = await trail.ExportAsync();
        Assert.Equal(online, await trail.VerifyOfflineAsync(export));
        var node = await NodeVerifier.VerifyAsync(export, await trail.Keys.TrustedAsync(CancellationToken.None));
        Assert.Equal((false, deed.Seq), (node.Valid, node.Seq));
    }

    [Theory, OnBothEngines]
    public async Task An_edit_of_any_field_is_found(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await trail.SealedAsync(3);
        var id = trail.Literal(new byte[16]);
        var fields = EventRow.Columns.Split([',', '\n', ' '], StringSplitOptions.RemoveEmptyEntries).Except(["project_id"]).ToList();
        Assert.Equal(17, fields.Count);
        foreach (var field in fields)
        {
            var other = field.EndsWith("_id", StringComparison.Ordinal) && field is "event_id" or "account_id" or "auth_config_id" ? id
                : field is "at" or "status" or "duration_ms" ? "7"
                : "'x'";
            foreach (var value in field is "event_id" or "at" or "action" or "outcome" or "actor_kind" ? [other] : new[] { other, "null" })
            {
                await trail.TamperAsync(
                    $"create table kept as select {field} as was from audit_event {Mine(trail)} and seq = 2",
                    $"update audit_event set {field} = {value} {Mine(trail)} and seq = 2");
                var found = (await trail.VerifyAsync()).FirstBad;
                Assert.True(found is { Seq: 2, Reason: TrailFaultKind.Edited }, $"{field} = {value}: {found}");
                await trail.TamperAsync(
                    $"update audit_event set {field} = (select was from kept) {Mine(trail)} and seq = 2", "drop table kept");
                Assert.True((await trail.VerifyAsync()).Valid, field);
            }
        }
    }

    [Theory, OnBothEngines]
    public async Task A_tail_cut_with_its_checkpoint_is_found_by_who_noted_the_head(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await trail.SealedAsync(3, 4);
        var before = await trail.VerifyAsync();
        var noted = new KnownHead(before.VerifiedSeq, Convert.FromHexString(before.VerifiedHash));
        await DeleteAsync(trail, "and seq > 3", withCheckpoints: true);

        Assert.True((await trail.VerifyAsync()).Valid);
        Assert.Equal((4, TrailFaultKind.Truncated), Named(await trail.VerifyAsync(noted)));
        Assert.Equal((4, TrailFaultKind.Truncated), Named(await trail.VerifyOfflineAsync(await trail.ExportAsync(), noted)));
    }

    [Theory, OnBothEngines]
    public async Task A_tail_that_was_taken_back_and_sealed_anew_is_found_by_who_noted_the_head(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await trail.SealedAsync(3, 4);
        var before = await trail.VerifyAsync();
        var noted = new KnownHead(before.VerifiedSeq, Convert.FromHexString(before.VerifiedHash));
        await trail.TamperAsync(
            $"update audit_event set seq = null, hash = null, agent = 'nobody' {Mine(trail)} and seq > 3",
            $"delete from audit_checkpoint {Mine(trail)} and seq > 3");

        // A server that was started anew, so that it goes by the database.
        trail.Events.Forget();
        Assert.Equal(4, await trail.Events.SealBatchAsync(CancellationToken.None));

        Assert.True((await trail.VerifyAsync()).Valid);
        Assert.Equal((7, TrailFaultKind.Rewritten), Named(await trail.VerifyAsync(noted)));
    }

    [Theory, OnBothEngines]
    public async Task A_tail_cut_with_its_checkpoint_while_the_server_runs_is_found_by_anybody(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await trail.SealedAsync(3, 4);
        await DeleteAsync(trail, "and seq > 3", withCheckpoints: true);
        await trail.SealedAsync(1);
        Assert.Equal((4, TrailFaultKind.Missing), Named(await trail.VerifyAsync()));
    }

    [Fact]
    public async Task A_row_of_nonsense_is_a_finding_and_no_failure()
    {
        await using var trail = await TrailFixture.CreateAsync("sqlite");
        await trail.SealedAsync(3);
        await trail.TamperAsync($"update audit_event set account_id = 'no id' {Mine(trail)} and seq = 2");
        Assert.Equal((2, TrailFaultKind.Unreadable), Named(await trail.VerifyAsync()));
    }

    [Theory, OnBothEngines]
    public async Task A_checkpoint_of_another_project_proves_nothing(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        var other = Id<IdKinds.Project>.New();
        await trail.SealedAsync(2);
        await trail.AppendAsync(trail.Sample(other));
        await trail.AppendAsync(trail.Sample(other));
        await trail.Events.SealBatchAsync(CancellationToken.None);
        await trail.TamperAsync(
            $"delete from audit_checkpoint {Mine(trail)}",
            $"update audit_checkpoint set project_id = {trail.Literal(trail.Project.ToBytes())} {Of} {trail.Literal(other.ToBytes())}");
        Assert.Equal((2, TrailFaultKind.BadSignature), Named(await trail.VerifyAsync()));
    }

    private static (long, TrailFaultKind) Named(TrailVerification found) => (found.FirstBad!.Seq, found.FirstBad.Reason);

    private static string Mine(TrailFixture trail) => $"{Of} {trail.Literal(trail.Project.ToBytes())}";

    private static Task EventsAsync(TrailFixture trail, string set, string which) =>
        trail.TamperAsync($"update audit_event {set} {Mine(trail)} {which}");

    private static Task DeleteAsync(TrailFixture trail, string which, bool withCheckpoints = false) => trail.TamperAsync(
        [
            $"delete from audit_event {Mine(trail)} {which}",
            .. withCheckpoints ? new[] { $"delete from audit_checkpoint {Mine(trail)} {which}" } : [],
        ]);

    private static async Task CloseGapAsync(TrailFixture trail)
    {
        await DeleteAsync(trail, "and seq = 5");
        await EventsAsync(trail, "set seq = -(seq - 1)", "and seq > 5");
        await EventsAsync(trail, "set seq = -seq", "and seq < 0");
    }

    private static async Task SwapAsync(TrailFixture trail, long one, long other)
    {
        await EventsAsync(trail, "set seq = -1", $"and seq = {one}");
        await EventsAsync(trail, $"set seq = {one}", $"and seq = {other}");
        await EventsAsync(trail, $"set seq = {other}", "and seq = -1");
    }

    private static async Task InsertAsync(TrailFixture trail, long seq)
    {
        await EventsAsync(trail, "set seq = -(seq + 1)", $"and seq >= {seq}");
        await EventsAsync(trail, "set seq = -seq", "and seq < 0");
        await InsertCopyAsync(trail, seq, new byte[32]);
    }

    private static async Task AppendForgedAsync(TrailFixture trail)
    {
        var last = (await trail.ChainAsync())[^1];
        var id = Id<IdKinds.Event>.New();
        await InsertCopyAsync(trail, 11, EventChain.Hash(last.Hash, last with { EventId = id }, 11), id);
    }

    private static Task InsertCopyAsync(TrailFixture trail, long seq, byte[] hash, Id<IdKinds.Event>? id = null)
    {
        var columns = EventRow.Columns.Replace("event_id,", "", StringComparison.Ordinal);
        return trail.TamperAsync(
            $"""
            insert into audit_event (event_id, {columns}, seq, hash)
            select {trail.Literal((id ?? Id<IdKinds.Event>.New()).ToBytes())}, {columns}, {seq}, {trail.Literal(hash)}
            from audit_event {Mine(trail)} and seq = {(seq == 11 ? 10 : 1)}
            """);
    }

    /// <summary>Edits the fifth event and hashes anew from there on; the checkpoints as <paramref name="sign"/> makes them.</summary>
    private static async Task RebuildAsync(TrailFixture trail, Func<Checkpoint, byte[], Checkpoint>? sign)
    {
        await EventsAsync(trail, "set user_id = 'mallory'", "and seq = 5");
        var hash = EventChain.Start;
        foreach (var row in await trail.ChainAsync())
        {
            hash = EventChain.Hash(hash, row, row.Seq!.Value);
            await EventsAsync(trail, $"set hash = {trail.Literal(hash)}", $"and seq = {row.Seq}");
            if (sign is not null && row.Seq is 7 or 10)
            {
                var made = sign(
                    new Checkpoint { ProjectId = trail.Project, Seq = row.Seq.Value, Hash = [], At = 1, Kid = "", Signature = [] }, hash);
                await trail.TamperAsync(
                    $"""
                    update audit_checkpoint set hash = {trail.Literal(made.Hash)}
                    {(made.Kid.Length > 0 ? $", at = 1, kid = '{made.Kid}', signature = {trail.Literal(made.Signature)}" : "")}
                    {Mine(trail)} and seq = {row.Seq}
                    """);
            }
        }
    }

    private static async Task RebuildWithOwnKeyAsync(TrailFixture trail)
    {
        using var own = SigningKey.Create();
        await RebuildAsync(trail, (checkpoint, hash) => Checkpoint.Sign(own, checkpoint.ProjectId, checkpoint.Seq, hash, checkpoint.At));
        await trail.TamperAsync(
            $"""
            insert into signing_key (kid, purpose, generation, public_key, scheme, kek_id, wrapped, created_at)
            select '{own.Id}', purpose, 2, {trail.Literal(own.PublicKey)}, scheme, kek_id, wrapped, created_at from signing_key
            """);
    }
}
