using Behalf.Keys;
using Behalf.Keys.Local;
using Behalf.Storage;

namespace Behalf.Vault;

/// <summary>Makes the key file at the very first start, and only then: beside a database whose keys are wrapped already, a
/// new file would open nothing, and what it wrapped meanwhile no other node could open.</summary>
internal sealed class PrepareKeyFile(IDatabase database, KeyFile keys)
{
    /// <exception cref="KeyProviderException">The file is not this database's; the message names the setting.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        // Asked before the file is looked for: what another node wraps from here on, it wraps after it made the file.
        var used = await database.QueryAsync<string>(
            RowScope.System,
            "select distinct kek_id from project_key where scheme = @Scheme union select distinct kek_id from signing_key where scheme = @Scheme",
            new { keys.Scheme },
            ct);
        if (used.Count > 0 && !File.Exists(keys.Path))
        {
            throw new KeyProviderException(
                KeyFault.UnknownKey,
                $"BEHALF_KEYS names {keys.Path}, where there is no file, but the database has keys that another file wrapped. Name that file; a new one is made for an empty database only.");
        }

        await keys.PrepareAsync(ct);
        if (used.Count > 0 && !keys.List().Any(key => used.Contains(key.Id)))
        {
            throw new KeyProviderException(
                KeyFault.UnknownKey, $"BEHALF_KEYS names {keys.Path}, which holds none of the keys that this database was wrapped with. Name the file that does.");
        }
    }
}
