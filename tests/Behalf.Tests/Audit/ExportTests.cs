using System.Text;
using Behalf.Audit;
using Behalf.Audit.Chain;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Audit;

public sealed class ExportTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnBothEngines]
    public async Task An_export_verifies_elsewhere_with_the_public_key_alone(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await trail.SealedAsync(5, 1, 4);
        await trail.AppendAsync();
        var export = await trail.ExportAsync();
        var found = await trail.VerifyOfflineAsync(export);
        Assert.Equal((true, 10L, 3L, 1L), (found.Valid, found.Events, found.Checkpoints, found.Unsealed));
        Assert.Equal(await trail.VerifyAsync(), found);

        var node = await NodeVerifier.VerifyAsync(export, await trail.Keys.TrustedAsync(None));
        Assert.Equal((true, 10L, 10L, 3L, 1L), (node.Valid, node.VerifiedSeq, node.Events, node.Checkpoints, node.Unsealed));
        Assert.True((await NodeVerifier.VerifyAsync(export, [])).Valid);
    }

    [Theory, OnBothEngines]
    public async Task A_part_is_whole_batches_and_verifies_by_itself(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await trail.SealedAsync(3, 4, 3);
        var part = await trail.ExportAsync(from: 5, to: 6);
        var found = await trail.VerifyOfflineAsync(part);
        Assert.Equal((true, 4L, 7L, 4L), (found.Valid, found.FirstSeq, found.VerifiedSeq, found.Events));
        Assert.True((await NodeVerifier.VerifyAsync(part, [])).Valid);

        // Who noted the head at 3 or 7 recognises the part; who noted another does not.
        var hashes = (await trail.ChainAsync()).ToDictionary(row => row.Seq!.Value, row => row.Hash!);
        Assert.True((await trail.VerifyOfflineAsync(part, new KnownHead(3, hashes[3]))).Valid);
        Assert.True((await trail.VerifyOfflineAsync(part, new KnownHead(7, hashes[7]))).Valid);
        Assert.Equal(TrailFaultKind.Rewritten, (await trail.VerifyOfflineAsync(part, new KnownHead(3, hashes[4]))).FirstBad!.Reason);
        Assert.Equal(TrailFaultKind.Missing, (await trail.VerifyOfflineAsync(part, new KnownHead(2, hashes[2]))).FirstBad!.Reason);
        Assert.Equal(TrailFaultKind.Truncated, (await trail.VerifyOfflineAsync(part, new KnownHead(8, hashes[8]))).FirstBad!.Reason);
    }

    [Fact]
    public async Task More_than_a_page_of_events_keeps_its_order()
    {
        await using var trail = await TrailFixture.CreateAsync("sqlite");
        await trail.Database.WriteAsync(
            RowScope.System,
            async session =>
            {
                for (var i = 0; i < 2500; i++)
                {
                    await session.AppendAsync(trail.Sample());
                }
            },
            None);
        while (await trail.Events.SealBatchAsync(None) > 0)
        {
        }

        var found = await trail.VerifyOfflineAsync(await trail.ExportAsync());
        Assert.Equal((true, 2500L, 3L), (found.Valid, found.Events, found.Checkpoints));
    }

    [Fact]
    public async Task A_file_with_lines_taken_out_or_turned_around_does_not_verify()
    {
        await using var trail = await TrailFixture.CreateAsync("sqlite");
        await trail.SealedAsync(3, 3);
        var lines = await LinesAsync(trail);
        Assert.Equal(9, lines.Length);

        Assert.Equal((2, TrailFaultKind.Missing), await FirstBadAsync(trail, [.. lines[..2], .. lines[3..]]));
        Assert.Equal((3, TrailFaultKind.Missing), await FirstBadAsync(trail, [.. lines[..3], lines[4], lines[3], .. lines[5..]]));
        Assert.Equal((4, TrailFaultKind.Unsigned), await FirstBadAsync(trail, lines[..^1]));
        Assert.Equal(
            (1, TrailFaultKind.Edited),
            await FirstBadAsync(trail, [lines[0], lines[1].Replace("alice", "mallory", StringComparison.Ordinal), .. lines[2..]]));
    }

    [Fact]
    public async Task A_checkpoint_of_another_project_is_no_proof_in_a_file()
    {
        await using var trail = await TrailFixture.CreateAsync("sqlite");
        var other = Id<IdKinds.Project>.New();
        await trail.SealedAsync(2);
        await trail.AppendAsync(trail.Sample(other));
        await trail.AppendAsync(trail.Sample(other));
        await trail.Events.SealBatchAsync(None);
        var mine = await LinesAsync(trail);
        var foreign = (await LinesAsync(trail, other))[^1];
        Assert.Equal((2, TrailFaultKind.BadSignature), await FirstBadAsync(trail, [.. mine[..^1], foreign]));
    }

    private static async Task<string[]> LinesAsync(TrailFixture trail, Id<IdKinds.Project>? project = null) =>
        Encoding.UTF8.GetString((await trail.ExportAsync(project: project)).ToArray()).TrimEnd('\n').Split('\n');

    private static async Task<(long, TrailFaultKind)> FirstBadAsync(TrailFixture trail, string[] lines)
    {
        var found = await trail.VerifyOfflineAsync(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
        return (found.FirstBad!.Seq, found.FirstBad.Reason);
    }
}
