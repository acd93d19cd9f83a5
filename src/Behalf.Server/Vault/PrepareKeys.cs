using Behalf.Keys;
using Behalf.Keys.Local;
using Behalf.Storage;

namespace Behalf.Vault;

/// <summary>Before the server starts: are these the keys of this database? The key file is made at the very first start, and
/// only then: beside a database whose keys are wrapped already, a new file would open nothing, and what it wrapped meanwhile
/// no other node could open. A key service that is away or refuses does not stop the start: it may come back.</summary>
internal sealed class PrepareKeys(IDatabase database, KeyProviders providers, ILogger<PrepareKeys> log)
{
    /// <exception cref="KeyProviderException">They are not; the message names the setting.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        // Asked before the file is looked for: what another node wraps from here on, it wraps after it made the file.
        var used = await database.QueryAsync<UsedKey>(
            RowScope.System, "select scheme, kek_id from project_key union select scheme, kek_id from signing_key", null, ct);
        if (providers.File is { } file)
        {
            await PrepareFileAsync(file, [.. used.Where(key => key.Scheme == file.Scheme).Select(key => key.KekId)], ct);
        }

        if (used.Count > 0 && !used.Any(key => providers.Know(key.Scheme)))
        {
            throw new KeyProviderException(
                KeyFault.UnknownKey,
                $"BEHALF_KEYS names none of the providers that this database was wrapped with ({string.Join(", ", used.Select(key => key.Scheme).Distinct())}). Name that one, too.");
        }

        if (providers.Primary is not KeyFile && await providers.ProbeAsync(ct) is { Fault: { } fault, Detail: var detail })
        {
            log.StartedWithoutKeys(fault, detail);
        }
    }

    private static async Task PrepareFileAsync(KeyFile file, List<string> used, CancellationToken ct)
    {
        if (used.Count > 0 && !File.Exists(file.Path))
        {
            throw new KeyProviderException(
                KeyFault.UnknownKey,
                $"BEHALF_KEYS names {file.Path}, where there is no file, but the database has keys that another file wrapped. Name that file; a new one is made for an empty database only.");
        }

        await file.PrepareAsync(ct);
        if (used.Count > 0 && !file.List().Any(key => used.Contains(key.Id)))
        {
            throw new KeyProviderException(
                KeyFault.UnknownKey, $"BEHALF_KEYS names {file.Path}, which holds none of the keys that this database was wrapped with. Name the file that does.");
        }
    }

    private sealed record UsedKey
    {
        public required string Scheme { get; init; }

        public required string KekId { get; init; }
    }
}
