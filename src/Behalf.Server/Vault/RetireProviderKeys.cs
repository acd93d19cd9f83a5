using System.Globalization;
using Behalf.Keys;
using Behalf.Keys.Local;
using Behalf.Storage;

namespace Behalf.Vault;

/// <summary>How long backups are kept: what opens them is destroyed only so long after it went out of use, and what was
/// deleted before is unreadable in them from then on.</summary>
internal sealed record BackupRetention(TimeSpan Time);

/// <summary>What a key of the key provider still wraps.</summary>
internal sealed record ProviderKeyUse
{
    public required string Scheme { get; init; }

    public required string KekId { get; init; }

    public required long ProjectKeys { get; init; }

    public required long SigningKeys { get; init; }

    public bool IsNone => ProjectKeys == 0 && SigningKeys == 0;
}

/// <summary>The second half of a rotation: a key of the key file that wraps nothing any more is disabled, which can be taken
/// back, and deleted when the backups that need it are gone, which cannot. Keys of a service are disabled and deleted there.</summary>
internal sealed class RetireProviderKeys(IDatabase database, KeyProviders providers, BackupRetention retention, TimeProvider clock)
{
    /// <summary>What each key wraps of which something is left, whoever has it.</summary>
    public Task<IReadOnlyList<ProviderKeyUse>> UsesAsync(CancellationToken ct) => database.QueryAsync<ProviderKeyUse>(
        RowScope.System,
        """
        select scheme, kek_id, sum(project) as project_keys, sum(signing) as signing_keys from (
          select scheme, kek_id, 1 as project, 0 as signing from project_key
          union all select scheme, kek_id, 0, 1 from signing_key) as wrapped
        group by scheme, kek_id order by scheme, kek_id
        """,
        null,
        ct);

    /// <summary>What each key of the key file wraps, in its order; nothing where BEHALF_KEYS names none.</summary>
    public async Task<IReadOnlyList<(RingKey Key, ProviderKeyUse Use)>> CountAsync(CancellationToken ct)
    {
        if (providers.File is not { } file)
        {
            return [];
        }

        var uses = await UsesAsync(ct);
        return [.. file.List().Select(key => (
            key,
            uses.FirstOrDefault(use => use.Scheme == file.Scheme && use.KekId == key.Id)
                ?? new ProviderKeyUse { Scheme = file.Scheme, KekId = key.Id, ProjectKeys = 0, SigningKeys = 0 }))];
    }

    /// <exception cref="Problem">It still wraps something.</exception>
    /// <exception cref="KeyProviderException">It is the primary key, or not in use.</exception>
    public async Task DisableAsync(string id, CancellationToken ct)
    {
        await RequireFreeAsync(id, ct);
        await RequireFile().DisableAsync(id, ct);
    }

    public Task EnableAsync(string id, CancellationToken ct) => RequireFile().EnableAsync(id, ct);

    /// <exception cref="Problem">It still wraps something, or a backup may that is not too old to be restored.</exception>
    /// <exception cref="KeyProviderException">It is not disabled.</exception>
    public async Task DeleteAsync(string id, CancellationToken ct)
    {
        var key = await RequireFreeAsync(id, ct);
        if (key is { State: KeyState.Disabled } && (key.DisabledAt ?? clock.GetUtcNow()) + retention.Time is var free && free > clock.GetUtcNow())
        {
            throw new Problem(
                Refusal.Conflict,
                key.DisabledAt is null
                    ? $"Since when key {id} is disabled is not written down: enable and disable it again."
                    : string.Create(CultureInfo.InvariantCulture, $"Key {id} still opens backups: it can be deleted from {free:yyyy-MM-dd HH:mm} UTC."));
        }

        await RequireFile().DeleteAsync(id, ct);
    }

    private KeyFile RequireFile() => providers.File ?? throw new Problem(
        Refusal.Conflict, $"BEHALF_KEYS names no key file: keys of {providers.Scheme} are disabled and deleted there, when behalf keys list shows nothing under them.");

    private async Task<RingKey> RequireFreeAsync(string id, CancellationToken ct)
    {
        RequireFile();
        var (key, use) = (await CountAsync(ct)).FirstOrDefault(found => found.Key.Id == id);
        if (key is null)
        {
            throw new Problem(Refusal.NotFound, $"Key {id} is not in the key file.");
        }

        return use.IsNone
            ? key
            : throw new Problem(
                Refusal.Conflict,
                $"Key {id} still wraps {use.ProjectKeys} project keys and {use.SigningKeys} signing keys: run behalf keys rotate, or keys rewrap, first.");
    }
}
