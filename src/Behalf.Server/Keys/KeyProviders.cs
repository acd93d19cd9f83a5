using Behalf.Keys.Local;

namespace Behalf.Keys;

/// <summary>The providers that <c>BEHALF_KEYS</c> names: the first one wraps, and each opens what it wrapped. So keys move from
/// one provider to another while the server runs.</summary>
internal sealed class KeyProviders(IReadOnlyList<IKeyProvider> all) : IKeyProvider, IDisposable
{
    public IKeyProvider Primary => all[0];

    public string Scheme => Primary.Scheme;

    /// <summary>The key file, where one is named.</summary>
    public KeyFile? File => all.OfType<KeyFile>().FirstOrDefault();

    /// <summary>Whether one of them is of the kind that wrapped it.</summary>
    public bool Know(string scheme) => all.Any(provider => provider.Scheme == scheme);

    public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, KeyContext context, CancellationToken ct) =>
        Primary.WrapAsync(key, context, ct);

    public async ValueTask<SecretBuffer> UnwrapAsync(WrappedKey wrapped, KeyContext context, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        KeyProviderException? unknown = null;
        foreach (var provider in all.Where(provider => provider.Scheme == wrapped.Scheme))
        {
            try
            {
                return await provider.UnwrapAsync(wrapped, context, ct);
            }
            catch (KeyProviderException e) when (e.Fault == KeyFault.UnknownKey)
            {
                // By the key's name, without a trial: another of this kind may be the one that has it.
                unknown = e;
            }
        }

        throw unknown ?? new KeyProviderException(
            KeyFault.UnknownKey, $"Key {wrapped.KeyId} is one of '{wrapped.Scheme}', and BEHALF_KEYS names no such provider.");
    }

    public ValueTask<KeyProviderHealth> ProbeAsync(CancellationToken ct) => Primary.ProbeAsync(ct);

    public void Dispose()
    {
        foreach (var provider in all.OfType<IDisposable>())
        {
            provider.Dispose();
        }
    }
}
