namespace Behalf.Keys;

/// <summary>Whether a provider wraps, unwraps, and refuses to unwrap as something else.</summary>
internal static class KeyProbe
{
    private static readonly KeyContext Known = new() { Use = KeyUse.SigningKey, Deployment = default, Generation = 0 };

    public static async ValueTask<KeyProviderHealth> RunAsync(IKeyProvider provider, CancellationToken ct)
    {
        try
        {
            using var known = SecretBuffer.Random(SealingKey.KeyLength);
            var wrapped = await provider.WrapAsync(known.Memory, Known, ct);
            using var back = await provider.UnwrapAsync(wrapped, Known, ct);
            return new KeyProviderHealth { PrimaryKeyId = wrapped.KeyId };
        }
        catch (KeyProviderException e)
        {
            return new KeyProviderHealth { Fault = e.Fault, Detail = e.Message };
        }
    }

    /// <summary>A service that takes no heed of the context would let one project's key open as another's: an old Vault passes
    /// over <c>associated_data</c> without a word.</summary>
    /// <exception cref="KeyProviderException">It opened, or there was no answer.</exception>
    public static async Task RequireBindingAsync(IKeyProvider provider, CancellationToken ct)
    {
        using var known = SecretBuffer.Random(SealingKey.KeyLength);
        var wrapped = await provider.WrapAsync(known.Memory, Known, ct);
        try
        {
            using var opened = await provider.UnwrapAsync(wrapped, Known with { Generation = 1 }, ct);
        }
        catch (KeyProviderException e) when (e.Fault == KeyFault.WrongContext)
        {
            return;
        }

        throw new KeyProviderException(
            KeyFault.Denied, $"{wrapped.KeyId} opens a key as something else than it was wrapped as: this service does not bind the context.");
    }
}
