namespace Behalf.Keys;

/// <summary>Keeps the keys that wrap all others: a local key file, or a service that never lets its keys out. Called once
/// per project and hour, not per credential. An implementation is born when it passes <c>KeyProviderConformance</c>.</summary>
internal interface IKeyProvider
{
    /// <summary>The longest key that can be wrapped: what the smallest of the cloud services takes.</summary>
    const int MaxKeyLength = 4096;

    /// <summary>Which provider wrapped a key, as written beside it: <c>file</c>, <c>awskms</c>…</summary>
    string Scheme { get; }

    /// <summary>Wraps a key of 1 to <see cref="MaxKeyLength"/> bytes under the primary key.</summary>
    /// <exception cref="KeyProviderException">It was not wrapped.</exception>
    ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, KeyContext context, CancellationToken ct);

    /// <summary>Unwraps with the key that <paramref name="wrapped"/> names, never by trial. The caller disposes.</summary>
    /// <exception cref="KeyProviderException">It was not unwrapped.</exception>
    ValueTask<SecretBuffer> UnwrapAsync(WrappedKey wrapped, KeyContext context, CancellationToken ct);

    /// <summary>Wraps and unwraps a known value. Answers what is wrong instead of throwing it.</summary>
    ValueTask<KeyProviderHealth> ProbeAsync(CancellationToken ct);

    /// <exception cref="ArgumentOutOfRangeException">Not every provider takes a key of that length.</exception>
    static void RequireLength(int length)
    {
        ArgumentOutOfRangeException.ThrowIfZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxKeyLength);
    }
}

/// <summary>A wrapped key with the id of the key that wrapped it, so that a rotation knows what is left to do.</summary>
internal sealed record WrappedKey
{
    public required string Scheme { get; init; }

    public required string KeyId { get; init; }

    public required byte[] Bytes { get; init; }
}

/// <summary>Whether keys can be wrapped and unwrapped now.</summary>
internal sealed record KeyProviderHealth
{
    /// <summary>The key that wraps from now on; null where that could not be learnt.</summary>
    public string? PrimaryKeyId { get; init; }

    /// <summary>What is wrong; null when all is well.</summary>
    public KeyFault? Fault { get; init; }

    /// <summary>A sentence for the operator; empty when all is well.</summary>
    public string Detail { get; init; } = "";
}
