using Behalf.Keys;

namespace Behalf.Audit.Chain;

/// <summary>A signature over a project's chain up to one event, and with it over every event before.</summary>
internal sealed record Checkpoint
{
    public const string Columns = "project_id, seq, hash, at, kid, signature";
    private const string Label = "behalf/audit/checkpoint/v1";

    public required Id<IdKinds.Project> ProjectId { get; init; }

    /// <summary>The last event that the signature covers.</summary>
    public required long Seq { get; init; }

    public required byte[] Hash { get; init; }

    public required long At { get; init; }

    /// <summary>Names the signing key.</summary>
    public required string Kid { get; init; }

    public required byte[] Signature { get; init; }

    public static Checkpoint Sign(SigningKey key, Id<IdKinds.Project> project, long seq, byte[] hash, long at) => new()
    {
        ProjectId = project,
        Seq = seq,
        Hash = hash,
        At = at,
        Kid = key.Id,
        Signature = key.Sign(Fields(project, seq, hash, at).Bytes),
    };

    /// <summary>The project is the chain's, whatever the checkpoint says: one of another project proves nothing here.</summary>
    public bool IsSignedBy(ReadOnlySpan<byte> publicKey, Id<IdKinds.Project> project) =>
        SigningKey.Verify(publicKey, Fields(project, Seq, Hash, At).Bytes, Signature);

    internal static CanonicalFields Fields(Id<IdKinds.Project> project, long seq, ReadOnlySpan<byte> hash, long at) =>
        new CanonicalFields().Add(Label).Add(project.ToString()).Add(seq).AddHex(hash).Add(at);
}
