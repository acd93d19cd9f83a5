using System.Text;
using Behalf.Keys.Local;
using Behalf.Projects.ApiKeys;
using Behalf.Storage;

namespace Behalf.Projects;

/// <summary>The operator's key: made at the first start, written to a file that only the server's user reads, never printed.
/// The database keeps its hash, so every node knows it.</summary>
internal sealed class AdminKey(IDatabase database, string file)
{
    public Task EnsureAsync(CancellationToken ct) => database.WriteAsync(
        RowScope.System,
        async session =>
        {
            var key = KeyText.New(KeyKinds.Admin);
            var created = await session.ExecuteAsync(
                "update deployment set admin_key_hash = @SecretHash where admin_key_hash is null", new { key.SecretHash });
            if (created == 1)
            {
                // Before the commit: a key that could not be written down is not the operator's key.
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                OwnerOnlyFile.Replace(file, Encoding.UTF8.GetBytes(key.Text.Reveal() + "\n"));
            }

            return created;
        },
        ct);
}
