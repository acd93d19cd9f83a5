using Behalf.Keys;

namespace Behalf.Vault;

/// <summary>Where a sealed secret belongs. It opens there and nowhere else; see docs/decisions/0002-credential-format.md
/// for what each field stops.</summary>
internal sealed record RecordContext
{
    public required Id<IdKinds.Deployment> Deployment { get; init; }

    public required SecretOwner Owner { get; init; }

    public required SecretKind Kind { get; init; }

    /// <summary>Counts the writes of this secret, so that an older one does not pass for the present one.</summary>
    public required long Version { get; init; }

    public required short DataKeyVersion { get; init; }

    public byte[] ToBytes() => DataKeyContext.Start(Deployment, Owner)
        .Add((short)Kind)
        .Add(Version)
        .Add(DataKeyVersion)
        .ToArray();
}

/// <summary>Where a wrapped data key belongs.</summary>
internal sealed record DataKeyContext
{
    public required Id<IdKinds.Deployment> Deployment { get; init; }

    public required SecretOwner Owner { get; init; }

    public required short Version { get; init; }

    /// <summary>The generation of the project's key that wraps it.</summary>
    public required int Generation { get; init; }

    public byte[] ToBytes() => Start(Deployment, Owner)
        .Add(Version)
        .Add(Generation)
        .ToArray();

    // Slugs ignore case on the way in: a row written by one spelling opens by another.
    internal static FieldWriter Start(Id<IdKinds.Deployment> deployment, SecretOwner owner) => new FieldWriter()
        .Add(deployment)
        .Add(owner.Project)
        .Add(owner.User)
        .Add(owner.Id)
        .Add(owner.Toolkit.ToLowerInvariant());
}
