using System.Text.Json.Serialization;

namespace Behalf.Audit.Chain;

/// <summary>What is wrong with a chain, by its name on the wire.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrailFaultKind>))]
internal enum TrailFaultKind
{
    /// <summary>The event is not the one that was sealed at its place.</summary>
    [JsonStringEnumMemberName("edited")]
    Edited,

    /// <summary>No event is at the place.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,

    /// <summary>An event stands where another was sealed, which comes later now.</summary>
    [JsonStringEnumMemberName("inserted")]
    Inserted,

    /// <summary>Two events stand at each other's places.</summary>
    [JsonStringEnumMemberName("swapped")]
    Swapped,

    /// <summary>The chain ends before an event that a checkpoint covers.</summary>
    [JsonStringEnumMemberName("truncated")]
    Truncated,

    /// <summary>The events fit together, but no checkpoint covers the last of them.</summary>
    [JsonStringEnumMemberName("unsigned")]
    Unsigned,

    /// <summary>The events fit together, but they are not those that were signed.</summary>
    [JsonStringEnumMemberName("rewritten")]
    Rewritten,

    /// <summary>A checkpoint's signature does not verify.</summary>
    [JsonStringEnumMemberName("bad_signature")]
    BadSignature,

    /// <summary>A checkpoint names a key that is not among the trusted ones.</summary>
    [JsonStringEnumMemberName("unknown_key")]
    UnknownKey,

    /// <summary>It cannot be read at all.</summary>
    [JsonStringEnumMemberName("unreadable")]
    Unreadable,
}

/// <summary>The first thing that is wrong with a chain.</summary>
internal sealed record TrailFault
{
    /// <summary>The place in the chain; for what a checkpoint alone can tell, the place of the checkpoint.</summary>
    public required long Seq { get; init; }

    public required TrailFaultKind Reason { get; init; }

    public required string Message { get; init; }
}

/// <summary>What an auditor noted of a chain at an earlier time, to recognise it by.</summary>
internal sealed record KnownHead(long Seq, byte[] Hash);

/// <summary>What a verification found.</summary>
internal sealed record TrailVerification
{
    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required bool Valid { get; init; }

    /// <summary>The first event looked at: 1, unless the chain was given from a checkpoint on.</summary>
    public required long FirstSeq { get; init; }

    /// <summary>The last event under a checkpoint that verifies; note it with its hash to prove later that nothing up to it changed.</summary>
    public required long VerifiedSeq { get; init; }

    public required string VerifiedHash { get; init; }

    public required long Events { get; init; }

    public required long Checkpoints { get; init; }

    /// <summary>Events that are not sealed yet and about which nothing is proven.</summary>
    public required long Unsealed { get; init; }

    public required TrailFault? FirstBad { get; init; }

    /// <summary>The same in a sentence.</summary>
    public string Summary => Proven + (Unsealed > 0 ? $" Not sealed yet, and not proven: {Unsealed}." : "");

    private string Proven => FirstBad is not null ? FirstBad.Message
        : VerifiedSeq < FirstSeq ? "No event is sealed."
        : $"Events {FirstSeq} to {VerifiedSeq} are as they were sealed.";
}
