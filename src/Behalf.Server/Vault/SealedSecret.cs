using System.Security.Cryptography;

namespace Behalf.Vault;

/// <summary>A secret that is sealed and not stored yet. It can be kept in a file until the database answers: it opens
/// nowhere but in its place.</summary>
internal sealed record SealedSecret
{
    public required SecretPlace Place { get; init; }

    public required short DataKeyVersion { get; init; }

    public required byte[] Ciphertext { get; init; }

    /// <summary>The data key where it is new, to be stored along.</summary>
    public WrappedDataKey? NewDataKey { get; init; }

    /// <summary>What the audit trail keeps of it, so that a whole row put back later is noticed.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Ciphertext));
}

internal sealed record WrappedDataKey
{
    public required int Generation { get; init; }

    public required byte[] Wrapped { get; init; }
}
