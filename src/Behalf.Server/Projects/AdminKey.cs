using Behalf.Projects.ApiKeys;
using Behalf.Storage;

namespace Behalf.Projects;

/// <summary>The operator's key: made at the first start, written to a file that only the server's user reads, never printed.
/// The database keeps its hash, so every node knows it.</summary>
internal sealed class AdminKey(IDatabase database, string file)
{
    public async Task EnsureAsync(CancellationToken ct)
    {
        var key = KeyText.New(KeyKinds.Admin);
        var created = await database.WriteAsync(
            RowScope.System,
            session => session.ExecuteAsync(
                "update deployment set admin_key_hash = @SecretHash where admin_key_hash is null", new { key.SecretHash }),
            ct);
        if (created == 1)
        {
            await WriteAsync(key, ct);
        }
    }

    private async Task WriteAsync(KeyText key, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var writer = new StreamWriter(file, options);
        await writer.WriteLineAsync(key.Text.Reveal().AsMemory(), ct);
    }
}
