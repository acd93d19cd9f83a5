using System.Text.Json;
using Behalf.Audit;
using Behalf.Audit.Chain;
using Behalf.Audit.Export;
using Behalf.Audit.Sealing;
using Behalf.Keys;
using Behalf.Tests.Support;

namespace Behalf.Tests.Audit;

/// <summary>The chain's form is frozen: a change that turns one of these red makes every sealed trail unverifiable.</summary>
public sealed class ChainFormatTests
{
    private static readonly string Golden = Path.Combine(Repository.Root, "tests", "Behalf.Tests", "Audit", "golden", "audit.jsonl");

    [Fact]
    public void A_list_of_texts_has_one_form()
    {
        var form = new CanonicalFields().Add("é").Add((string?)null).Add("").Add(-120L).Add((long?)null).AddHex([0xab]).Bytes.ToArray();
        Assert.Equal(
            "00000002c3a9" + "ffffffff" + "00000000" + "000000042d313230" + "ffffffff" + "000000026162",
            Convert.ToHexStringLower(form));
    }

    [Fact]
    public void Every_column_of_an_event_is_in_its_hash()
    {
        var row = Row();
        var plain = EventChain.Hash(EventChain.Start, row, 1);
        EventRow[] others =
        [
            row with { ProjectId = Id<IdKinds.Project>.New() }, row with { EventId = Id<IdKinds.Event>.New() }, row with { At = 1 },
            row with { Action = "x" }, row with { Outcome = "x" }, row with { ActorKind = "x" }, row with { ActorId = "x" },
            row with { Agent = "x" }, row with { UserId = "x" }, row with { AuthConfigId = default(Id<IdKinds.AuthConfig>) },
            row with { AccountId = default(Id<IdKinds.Account>) }, row with { Toolkit = "x" }, row with { Tool = "x" },
            row with { SessionId = "x" }, row with { RequestId = "x" }, row with { Status = 0 }, row with { DurationMs = 0 },
            row with { Detail = "x" },
        ];
        Assert.Equal(EventRow.Columns.Split(',').Length, others.Length);
        Assert.All(others, other => Assert.NotEqual(plain, EventChain.Hash(EventChain.Start, other, 1)));
        Assert.NotEqual(plain, EventChain.Hash(EventChain.Start, row, 2));
        Assert.NotEqual(plain, EventChain.Hash(plain, row, 1));
    }

    [Fact]
    public async Task The_golden_trail_verifies_here()
    {
        await using var file = File.OpenRead(Golden);
        var keys = await AuditFile.ReadKeysAsync(file, CancellationToken.None);
        file.Position = 0;
        var found = await AuditFile.VerifyAsync(file, keys, null, CancellationToken.None);
        Assert.Equal((true, 3L, 2L, 1L), (found.Valid, found.Events, found.Checkpoints, found.Unsealed));
        Assert.Equal("f4fbbdd7", found.VerifiedHash[..8]);
    }

    [Fact]
    public async Task The_golden_trail_verifies_in_an_implementation_that_is_not_ours()
    {
        var found = await NodeVerifier.VerifyAsync(new MemoryStream(await File.ReadAllBytesAsync(Golden)), []);
        Assert.Equal((true, 3L, 2L, 1L), (found.Valid, found.Events, found.Checkpoints, found.Unsealed));
    }

    [Fact]
    public void A_line_of_an_event_gives_back_every_field()
    {
        var row = Row() with { Seq = 3, Hash = EventChain.Start };
        var text = JsonSerializer.Serialize(EventLine.From(row), ExportJson.Default.EventLine);
        var back = JsonSerializer.Deserialize(text, ExportJson.Default.EventLine)!.ToRow();
        Assert.Equal(row, back with { Hash = row.Hash });
        Assert.Equal(row.Hash, back.Hash);
    }

    [Fact]
    public void A_public_key_goes_through_its_text()
    {
        using var key = SigningKey.Create();
        var read = AuditPublicKey.FromPem("a comment\n" + key.PublicPem);
        Assert.Equal((key.Id, Convert.ToHexString(key.PublicKey)), (read.Kid, Convert.ToHexString(read.PublicKey)));
        Assert.Throws<FormatException>(() => AuditPublicKey.FromPem("no key"));
    }

    [Fact]
    public async Task A_file_that_is_no_export_is_refused_and_one_that_breaks_off_is_named()
    {
        await Assert.ThrowsAsync<FormatException>(() => VerifyAsync("no json\n"));
        await Assert.ThrowsAsync<FormatException>(() => VerifyAsync(""));
        var lines = await File.ReadAllLinesAsync(Golden);
        var broken = await VerifyAsync(string.Join('\n', lines[..3]) + "\n" + lines[3][..40] + "\n");
        Assert.Equal((false, TrailFaultKind.Unreadable), (broken.Valid, broken.FirstBad!.Reason));
        Assert.Contains("line 4", broken.FirstBad.Message, StringComparison.Ordinal);
    }

    private static Task<TrailVerification> VerifyAsync(string text) => AuditFile.VerifyAsync(
        new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), [], null, CancellationToken.None);

    private static EventRow Row() => EventRow.From(
        new AuditEvent
        {
            ProjectId = Id<IdKinds.Project>.New(),
            Action = AuditActions.ToolExecuted,
            ActorKind = "user_key",
            ActorId = "key_1",
            Agent = "„quoted“ \" \\ \u2028 <&>",
            UserId = "zoë",
            AuthConfigId = Id<IdKinds.AuthConfig>.New(),
            AccountId = Id<IdKinds.Account>.New(),
            Toolkit = "github",
            Tool = "GITHUB_CREATE_ISSUE",
            SessionId = "trs_1",
            RequestId = "req_1",
            Status = 201,
            DurationMs = 120,
            Detail = """{"attempt":1}""",
        },
        at: 1_767_225_600_123);
}
