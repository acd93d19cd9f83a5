namespace Behalf.Audit.Chain;

/// <summary>What ties each event to all before it. Frozen: docs/decisions/0003-audit-chain.md and golden vectors.</summary>
internal static class EventChain
{
    public const int HashLength = 32;
    private const string Label = "behalf/audit/event/v1";

    /// <summary>The hash before the first event.</summary>
    public static byte[] Start => new byte[HashLength];

    /// <summary>The hash of an event at a place, over the hash of the place before.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> previous, EventRow row, long seq) => Fields(previous, row, seq).Sha256();

    internal static CanonicalFields Fields(ReadOnlySpan<byte> previous, EventRow row, long seq) => new CanonicalFields()
        .Add(Label)
        .AddHex(previous)
        .Add(row.ProjectId.ToString())
        .Add(seq)
        .Add(row.EventId.ToString())
        .Add(row.At)
        .Add(row.Action)
        .Add(row.Outcome)
        .Add(row.ActorKind)
        .Add(row.ActorId)
        .Add(row.Agent)
        .Add(row.UserId)
        .Add(row.AuthConfigId?.ToString())
        .Add(row.AccountId?.ToString())
        .Add(row.Toolkit)
        .Add(row.Tool)
        .Add(row.SessionId)
        .Add(row.RequestId)
        .Add(row.Status)
        .Add(row.DurationMs)
        .Add(row.Detail);
}
