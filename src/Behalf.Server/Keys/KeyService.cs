namespace Behalf.Keys;

/// <summary>A key provider that is a service elsewhere: what is the same for all of them, however they are asked.</summary>
internal abstract class KeyService(string scheme) : IKeyProvider
{
    private volatile bool _binds;

    public string Scheme => scheme;

    public async ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, KeyContext context, CancellationToken ct)
    {
        IKeyProvider.RequireLength(key.Length);
        return await EncryptAsync(key, context, ct);
    }

    public async ValueTask<SecretBuffer> UnwrapAsync(WrappedKey wrapped, KeyContext context, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (wrapped.Scheme != scheme || !Has(wrapped.KeyId))
        {
            throw new KeyProviderException(KeyFault.UnknownKey, $"Key {wrapped.KeyId} is not in BEHALF_KEYS.");
        }

        if (wrapped.Bytes.Length == 0)
        {
            throw new KeyProviderException(KeyFault.WrongContext, "A wrapped key is empty.");
        }

        return await DecryptAsync(wrapped, context, ct);
    }

    /// <summary>A service that does not bind the context is not used; once it is known to, that is not asked again.</summary>
    public async ValueTask<KeyProviderHealth> ProbeAsync(CancellationToken ct)
    {
        try
        {
            if (!_binds)
            {
                await KeyProbe.RequireBindingAsync(this, ct);
                _binds = true;
            }
        }
        catch (KeyProviderException e)
        {
            return new KeyProviderHealth { Fault = e.Fault, Detail = e.Message };
        }

        return await KeyProbe.RunAsync(this, ct);
    }

    /// <summary>Whether the key that wrapped something is one of this service's, as far as its name tells.</summary>
    protected abstract bool Has(string keyId);

    /// <exception cref="KeyProviderException">It was not wrapped.</exception>
    protected abstract ValueTask<WrappedKey> EncryptAsync(ReadOnlyMemory<byte> key, KeyContext context, CancellationToken ct);

    /// <exception cref="KeyProviderException">It was not unwrapped.</exception>
    protected abstract ValueTask<SecretBuffer> DecryptAsync(WrappedKey wrapped, KeyContext context, CancellationToken ct);
}
