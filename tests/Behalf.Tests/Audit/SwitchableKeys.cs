using Behalf.Keys;
using Behalf.Keys.Local;

namespace Behalf.Tests.Audit;

/// <summary>A key file that can go away, as a key service does.</summary>
internal sealed class SwitchableKeys(KeyFile file) : IKeyProvider
{
    public KeyFile File => file;

    public bool Away { get; set; }

    public string Scheme => file.Scheme;

    public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, KeyContext context, CancellationToken ct) =>
        Present().WrapAsync(key, context, ct);

    public ValueTask<SecretBuffer> UnwrapAsync(WrappedKey wrapped, KeyContext context, CancellationToken ct) =>
        Present().UnwrapAsync(wrapped, context, ct);

    public ValueTask<KeyProviderHealth> ProbeAsync(CancellationToken ct) => Present().ProbeAsync(ct);

    private KeyFile Present() =>
        Away ? throw new KeyProviderException(KeyFault.Unavailable, "The key service does not answer.") : file;
}
