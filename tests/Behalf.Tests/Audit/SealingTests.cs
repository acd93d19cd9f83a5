using Behalf.Audit;
using Behalf.Audit.Chain;
using Behalf.Audit.Sealing;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Audit;

public sealed class SealingTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnBothEngines]
    public async Task Every_project_has_a_chain_of_its_own_without_gaps(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        var projects = Enumerable.Range(0, 5).Select(_ => Id<IdKinds.Project>.New()).ToList();
        for (var i = 0; i < 40; i++)
        {
            await trail.AppendAsync(trail.Sample(projects[i % 5]));
            if (i % 7 == 0)
            {
                await trail.Events.SealBatchAsync(None);
            }
        }

        await trail.Events.SealBatchAsync(None);
        foreach (var project in projects)
        {
            var found = await trail.VerifyAsync(project: project);
            Assert.Equal((true, 8L, 8L, 0L), (found.Valid, found.Events, found.VerifiedSeq, found.Unsealed));
        }
    }

    [Theory, OnBothEngines]
    public async Task More_than_one_batch_is_sealed_in_one_go(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await trail.Database.WriteAsync(
            RowScope.System,
            async session =>
            {
                for (var i = 0; i < EventSealer.MostPerBatch + 500; i++)
                {
                    await session.AppendAsync(trail.Sample());
                }
            },
            None);
        using var sealer = trail.NewSealer();
        await sealer.TrySealAsync(None);
        var found = await trail.VerifyAsync();
        Assert.Equal((true, 1500L, 2L, 0L), (found.Valid, found.Events, found.Checkpoints, found.Unsealed));
    }

    [Theory, OnBothEngines]
    public async Task What_is_not_sealed_yet_is_said_openly(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await trail.SealedAsync(2);
        await trail.AppendAsync();
        var found = await trail.VerifyAsync();
        Assert.Equal((true, 2L, 1L), (found.Valid, found.Events, found.Unsealed));
        Assert.Contains("not proven: 1", found.Summary, StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task One_node_seals_and_the_other_takes_over_when_it_stops(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var first = trail.NewSealer();
        using var second = trail.NewSealer();
        await trail.AppendAsync();
        await first.TrySealAsync(None);
        await trail.AppendAsync();
        await second.TrySealAsync(None);
        Assert.Equal(1, (await trail.VerifyAsync()).Unsealed);

        await first.StopAsync(None);
        await trail.AppendAsync();
        await second.TrySealAsync(None);
        var found = await trail.VerifyAsync();
        Assert.Equal((true, 3L, 0L), (found.Valid, found.Events, found.Unsealed));
    }

    [Theory, OnBothEngines]
    public async Task A_stopping_server_leaves_nothing_unsealed(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var sealer = trail.NewSealer();
        await sealer.StartAsync(None);
        for (var i = 0; i < 20; i++)
        {
            await trail.AppendAsync();
        }

        await sealer.StopAsync(None);
        var found = await trail.VerifyAsync();
        Assert.Equal((true, 20L, 0L), (found.Valid, found.Events, found.Unsealed));
    }

    [Fact]
    public async Task Two_sealers_at_once_without_a_lease_still_make_one_chain()
    {
        await using var trail = await TrailFixture.CreateAsync("postgres");
        var projects = Enumerable.Range(0, 3).Select(_ => Id<IdKinds.Project>.New()).ToList();
        var nodes = Enumerable.Range(0, 2).Select(_ => trail.NewNode()).ToList();
        var sealers = nodes.ConvertAll(node => trail.NewEventSealer(node, trail.Keys));
        await Task.WhenAll(sealers.Select(sealer => Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
            {
                await trail.AppendAsync(trail.Sample(projects[i % 3]));
                await sealer.SealBatchAsync(None);
            }
        })));
        trail.Events.Forget();
        await trail.Events.SealBatchAsync(None);
        foreach (var project in projects)
        {
            var found = await trail.VerifyAsync(project: project);
            Assert.Equal((null, 40L, 40L, 0L), (found.FirstBad, found.Events, found.VerifiedSeq, found.Unsealed));
        }
    }

    [Theory, OnBothEngines]
    public async Task A_sealer_that_fails_between_events_and_signature_leaves_neither(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await trail.SealedAsync(2);
        await trail.TamperAsync(engine == "postgres"
            ?
            [
                "create function fail() returns trigger language plpgsql as $$ begin raise exception 'power cut'; end $$",
                "create trigger cut before insert on audit_checkpoint for each row execute function fail()",
            ]
            : ["create trigger cut before insert on audit_checkpoint begin select raise(abort, 'power cut'); end"]);
        await trail.AppendAsync();
        await trail.AppendAsync();
        await trail.Events.SealBatchAsync(None);
        Assert.Equal((true, 2L, 2L), Of(await trail.VerifyAsync()));

        await trail.TamperAsync("drop trigger cut" + (engine == "postgres" ? " on audit_checkpoint" : ""));
        await trail.NewEventSealer(trail.Database, trail.Keys).SealBatchAsync(None);
        Assert.Equal((true, 4L, 0L), Of(await trail.VerifyAsync()));
    }

    [Fact]
    public async Task A_connection_that_is_cut_while_sealing_leaves_a_whole_chain()
    {
        await using var trail = await TrailFixture.CreateAsync("postgres");
        await trail.SealedAsync(2);
        await trail.AppendAsync();
        await using var blocker = await Blocker.HoldAsync(trail.Address, "lock table audit_checkpoint in exclusive mode");
        var sealing = trail.Events.SealBatchAsync(None);
        await trail.TamperAsync(
            """
            do $$ begin
              while not exists (select 1 from pg_locks where not granted and relation = 'audit_checkpoint'::regclass) loop
                perform pg_sleep(0.01);
              end loop;
              perform pg_terminate_backend(pid) from pg_locks where not granted and relation = 'audit_checkpoint'::regclass;
            end $$
            """);
        await Assert.ThrowsAsync<Problem>(() => sealing);
        await blocker.DisposeAsync();

        Assert.Equal(1, await trail.Events.SealBatchAsync(None));
        Assert.Equal((true, 3L, 0L), Of(await trail.VerifyAsync()));
    }

    [Theory, OnBothEngines]
    public async Task A_cancelled_pass_leaves_a_whole_chain(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await trail.SealedAsync(2);
        await trail.AppendAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => trail.Events.SealBatchAsync(new CancellationToken(true)));
        Assert.Equal(1, await trail.Events.SealBatchAsync(None));
        Assert.Equal((true, 3L, 0L), Of(await trail.VerifyAsync()));
    }

    [Theory, OnBothEngines]
    public async Task A_chain_that_was_written_from_outside_does_not_keep_others_waiting(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        var other = Id<IdKinds.Project>.New();
        await trail.SealedAsync(2);
        await trail.TamperAsync(
            $"update audit_event set seq = 3 where project_id = {trail.Literal(trail.Project.ToBytes())} and seq = 2");
        await trail.AppendAsync();
        await trail.AppendAsync(trail.Sample(other));
        await trail.Events.SealBatchAsync(None);
        await trail.Events.SealBatchAsync(None);
        Assert.Equal((true, 1L, 0L), Of(await trail.VerifyAsync(project: other)));
        var found = await trail.VerifyAsync();
        Assert.Equal((2L, TrailFaultKind.Missing, 1L), (found.FirstBad!.Seq, found.FirstBad.Reason, found.Unsealed));
    }

    [Fact]
    public async Task A_batch_takes_few_statements_however_many_events()
    {
        await using var trail = await TrailFixture.CreateAsync("postgres");
        await trail.SealedAsync(1);
        for (var i = 0; i < 100; i++)
        {
            await trail.AppendAsync();
        }

        await trail.Events.SealBatchAsync(None);
        var transactions = await trail.Database.FindAsync<int>(
            RowScope.System, "select count(distinct xmin::text) from audit_event where seq > 1", null, None);
        Assert.Equal(1, transactions);
    }

    private static (bool Valid, long Events, long Unsealed) Of(TrailVerification found) => (found.Valid, found.Events, found.Unsealed);
}
