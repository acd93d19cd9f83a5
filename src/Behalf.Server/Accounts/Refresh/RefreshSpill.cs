using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Keys.Local;
using Behalf.Vault;

namespace Behalf.Accounts.Refresh;

/// <summary>A renewed credential that the database does not have yet, sealed: it opens in its own place only.</summary>
internal sealed record SpilledCredential
{
    /// <summary>Of the database it belongs to: a data folder may be used with another one.</summary>
    public required Id<IdKinds.Deployment> Deployment { get; init; }

    public required Id<IdKinds.Project> Project { get; init; }

    public required Id<IdKinds.Account> Account { get; init; }

    /// <summary>The number of this writing of the account's credential.</summary>
    public required long Version { get; init; }

    public required short DataKeyVersion { get; init; }

    public required byte[] Ciphertext { get; init; }

    public required long? ExpiresAt { get; init; }
}

/// <summary>Files beside the database for renewed credentials on their way into it. A provider that rotates strictly has
/// forgotten the old token by then, so that this is the only copy that survives the process.</summary>
internal sealed class RefreshSpill(string folder, ILogger<RefreshSpill> log)
{
    private const string Extension = ".spill";

    private readonly ConcurrentDictionary<Id<IdKinds.Account>, bool> _held = new();

    /// <summary>Keeps it on the disk until <see cref="Remove"/>. A disk that is full or away is told to the log: the database
    /// may still take the credential.</summary>
    public void Keep(SpilledCredential credential)
    {
        _held[credential.Account] = true;
        try
        {
            Directory.CreateDirectory(folder);
            OwnerOnlyFile.Replace(PathOf(credential.Account), JsonSerializer.SerializeToUtf8Bytes(credential, SpillJson.Default.SpilledCredential));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.NotSpilled(e, credential.Account);
        }
    }

    /// <summary>How many files there are, without looking into them.</summary>
    public int Count() => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + Extension).Count() : 0;

    /// <summary>Leaves it to <see cref="ReplaySpill"/>.</summary>
    public void LetGo(Id<IdKinds.Account> account) => _held.TryRemove(account, out _);

    public void Remove(Id<IdKinds.Account> account)
    {
        try
        {
            File.Delete(PathOf(account));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is looked at again, and found to be stored.
            log.SpillStays(e, account);
        }

        LetGo(account);
    }

    /// <summary>Those that no refresh of this process is at.</summary>
    public IEnumerable<SpilledCredential> Abandoned()
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (var path in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            if (Read(path) is { } credential && !_held.ContainsKey(credential.Account))
            {
                yield return credential;
            }
        }
    }

    private SpilledCredential? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), SpillJson.Default.SpilledCredential);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            log.SpillUnreadable(e, path);
            return null;
        }
    }

    private string PathOf(Id<IdKinds.Account> account) => Path.Combine(folder, account + Extension);
}

[JsonSerializable(typeof(SpilledCredential))]
internal sealed partial class SpillJson : JsonSerializerContext;
