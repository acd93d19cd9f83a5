namespace Behalf.Keys.Local;

/// <summary>The key provider that needs no service: keys in a file that only this server's user may read. The file is read
/// for each call, which is rare, so that a key added by another process counts at once and none stays in memory.</summary>
internal sealed class KeyFile(string path, TimeProvider clock) : IKeyProvider
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(20);

    public string Scheme => "file";

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Makes the file at the very first start, with one key; checks the one that is there at every other.</summary>
    /// <exception cref="KeyProviderException">The file must not be used; the message says why.</exception>
    public async Task PrepareAsync(CancellationToken ct)
    {
        if (!File.Exists(Path))
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            await ChangeAsync(
                ring =>
                {
                    // Another node may have come first.
                    if (ring.Keys.Count == 0)
                    {
                        ring.AddPrimary(clock.GetUtcNow());
                    }
                },
                ct);
        }

        using var check = Read();
    }

    public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, KeyContext context, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        IKeyProvider.RequireLength(key.Length);
        using var ring = Read();
        var primary = ring.Primary;
        using var sealing = new SealingKey(primary.Key!.Span);
        return ValueTask.FromResult(new WrappedKey
        {
            Scheme = Scheme,
            KeyId = primary.Id,
            Bytes = sealing.Seal(BoxHeader.ForKeyFile(), AssociatedData(context, primary.Id), key.Span),
        });
    }

    public ValueTask<SecretBuffer> UnwrapAsync(WrappedKey wrapped, KeyContext context, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (wrapped.Scheme != Scheme)
        {
            throw new KeyProviderException(
                KeyFault.UnknownKey, $"This key was wrapped by '{wrapped.Scheme}', and BEHALF_KEYS names '{Scheme}'.");
        }

        using var ring = Read();
        using var sealing = new SealingKey(Usable(ring, wrapped.KeyId).Span);
        var fault = sealing.Open(
            wrapped.Bytes, BoxHeader.ForKeyFile(), AssociatedData(context, wrapped.KeyId), out var key);
        return fault == BoxFault.None
            ? ValueTask.FromResult(key!)
            : throw new KeyProviderException(KeyFault.WrongContext, $"A wrapped key does not open ({fault}).");
    }

    public ValueTask<KeyProviderHealth> ProbeAsync(CancellationToken ct) => KeyProbe.RunAsync(this, ct);

    /// <summary>The keys without their bytes.</summary>
    public IReadOnlyList<RingKey> List()
    {
        using var ring = Read();
        return [.. ring.Keys.Select(key => key with { Key = null })];
    }

    /// <summary>Adds a key and makes it primary: the first half of a rotation. Answers its id.</summary>
    public async Task<string> AddPrimaryAsync(CancellationToken ct)
    {
        var id = "";
        await ChangeAsync(ring => id = ring.AddPrimary(clock.GetUtcNow()).Id, ct);
        return id;
    }

    /// <summary>The second half, once nothing is wrapped by the key any more: takes it out of use, reversibly.</summary>
    public Task DisableAsync(string id, CancellationToken ct) => MoveAsync(id, KeyState.Active, KeyState.Disabled, ct);

    public Task EnableAsync(string id, CancellationToken ct) => MoveAsync(id, KeyState.Disabled, KeyState.Active, ct);

    /// <summary>Erases a disabled key. What it still wraps is lost.</summary>
    public Task DeleteAsync(string id, CancellationToken ct) => MoveAsync(id, KeyState.Disabled, KeyState.Deleted, ct);

    private static byte[] AssociatedData(KeyContext context, string keyId) => context.Write().Add(keyId).ToArray();

    private static SecretBuffer Usable(KeyRing ring, string id) => ring.Find(id) switch
    {
        { State: KeyState.Active } key => key.Key!,
        { State: KeyState.Disabled } => throw new KeyProviderException(KeyFault.Disabled, $"Key {id} is disabled."),
        { } => throw new KeyProviderException(KeyFault.Deleted, $"Key {id} was deleted, and what it wrapped with it."),
        null => throw new KeyProviderException(KeyFault.UnknownKey, $"Key {id} is not in the key ring."),
    };

    private Task MoveAsync(string id, KeyState from, KeyState to, CancellationToken ct) => ChangeAsync(
        ring =>
        {
            var key = ring.Find(id) ?? throw new KeyProviderException(KeyFault.UnknownKey, $"Key {id} is not in the key ring.");
            if (key.State != from || key == ring.Primary)
            {
                throw new KeyProviderException(
                    KeyFault.Denied, $"Key {id} is {(key == ring.Primary ? "primary" : key.State)}: it cannot become {to}.");
            }

            if (to == KeyState.Deleted)
            {
                key.Key!.Dispose();
            }

            ring.Replace(key with
            {
                State = to,
                DisabledAt = to == KeyState.Disabled ? clock.GetUtcNow() : to == KeyState.Deleted ? key.DisabledAt : null,
                Key = to == KeyState.Deleted ? null : key.Key,
            });
        },
        ct);

    private async Task ChangeAsync(Action<KeyRing> change, CancellationToken ct)
    {
        using var turn = await LockAsync(ct);
        using var ring = File.Exists(Path) ? Read() : new KeyRing();
        change(ring);
        var content = ring.Write();
        OwnerOnlyFile.Replace(Path, content.WrittenSpan);
        content.Clear();
    }

    private async Task<FileStream> LockAsync(CancellationToken ct)
    {
        for (var waited = TimeSpan.Zero; ; waited += LockRetry)
        {
            try
            {
                return OwnerOnlyFile.Lock(Path);
            }
            catch (IOException) when (waited < LockPatience)
            {
                await Task.Delay(LockRetry, clock, ct);
            }
            catch (IOException e)
            {
                throw new KeyProviderException(KeyFault.Unavailable, $"{Path} cannot be changed: {e.Message}", e);
            }
        }
    }

    private KeyRing Read()
    {
        using var content = OwnerOnlyFile.Read(Path);
        try
        {
            return KeyRing.Parse(content);
        }
        catch (FormatException e)
        {
            throw new KeyProviderException(KeyFault.Unavailable, $"{Path} is not a key ring: {e.Message}.", e);
        }
    }
}
