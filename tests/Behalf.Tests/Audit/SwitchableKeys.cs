using Behalf.Keys;
using Behalf.Keys.Local;

namespace Behalf.Tests.Audit;

/// <summary>A key file that can go away, as a key service does.</summary>
internal sealed class SwitchableKeys(KeyFile file) : IKeyProvider
{
    public KeyFile File => file;

    public bool Away { get; set; }

    /// <summary>It answers its health check and does nothing else.</summary>
    public bool Refusing { get; set; }

    public string Scheme => file.Scheme;

    public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, KeyContext context, CancellationToken ct) =>
        Present().WrapAsync(key, context, ct);

    public ValueTask<SecretBuffer> UnwrapAsync(WrappedKey wrapped, KeyContext context, CancellationToken ct) =>
        Present().UnwrapAsync(wrapped, context, ct);

    public ValueTask<KeyProviderHealth> ProbeAsync(CancellationToken ct) => (Away ? Present() : file).ProbeAsync(ct);

    private KeyFile Present() =>
        Away || Refusing ? throw new KeyProviderException(KeyFault.Unavailable, "The key service does not answer.") : file;
}
