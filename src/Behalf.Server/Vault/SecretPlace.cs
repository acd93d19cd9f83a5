namespace Behalf.Vault;

/// <summary>Where a secret belongs: whose it is, which of their secrets, and which writing of it.</summary>
internal sealed record SecretPlace
{
    public required SecretOwner Owner { get; init; }

    public required SecretKind Kind { get; init; }

    /// <summary>Counts the writes of this secret, and stands in the owner's own row too: it is what tells the present
    /// ciphertext from an older one put back.</summary>
    public required long Version { get; init; }

    public RecordContext In(Id<IdKinds.Deployment> deployment, short dataKeyVersion) => new()
    {
        Deployment = deployment,
        Owner = Owner,
        Kind = Kind,
        Version = Version,
        DataKeyVersion = dataKeyVersion,
    };
}
