using System.Text;
using Behalf.Storage;

namespace Behalf.Tests.Support;

/// <summary>Looks for what must never be at rest, in all of the forms in which it could be.</summary>
internal static class SecretScan
{
    /// <summary>What the sandbox issues, wherever it stands in a text.</summary>
    public static IEnumerable<string> Tokens(string text) =>
        System.Text.RegularExpressions.Regex.Matches(text, "[A-Za-z0-9_-]*cnry_[A-Za-z0-9_-]+|sbs_[A-Za-z0-9_-]+").Select(m => m.Value);

    /// <summary>Everything at rest: each table as text and its blobs as bytes, and for SQLite the files as they lie there.</summary>
    public static async Task<string> DumpAsync(World world)
    {
        var dump = new StringBuilder();
        var tables = world.Server.Database.Engine == Engine.Sqlite
            ? "select name from sqlite_master where type = 'table'"
            : "select table_name::text from information_schema.tables where table_schema = 'public'";
        foreach (var table in await world.Server.Database.QueryAsync<string>(RowScope.System, tables, null, CancellationToken.None))
        {
            foreach (IDictionary<string, object> row in await world.Server.Database.QueryAsync<dynamic>(RowScope.System, $"select * from {table}", null, CancellationToken.None))
            {
                foreach (var value in row.Values)
                {
                    dump.Append(value is byte[] bytes ? Encoding.Latin1.GetString(bytes) : value?.ToString()).Append('\n');
                }
            }
        }

        foreach (var file in Directory.EnumerateFiles(world.Server.Data).Where(f => !f.EndsWith("admin-key", StringComparison.Ordinal)))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            dump.Append(Encoding.Latin1.GetString(copy.ToArray()));
        }

        return dump.ToString();
    }

    /// <summary>The secrets whose raw, base64, base64url, hex or URL-encoded form stands in the text.</summary>
    public static List<string> Find(IEnumerable<string> secrets, string text)
    {
        var hits = new List<string>();
        foreach (var secret in secrets)
        {
            var bytes = Encoding.UTF8.GetBytes(secret);
            string[] forms =
            [
                secret,
                Uri.EscapeDataString(secret),
                Convert.ToHexString(bytes),
                Convert.ToHexStringLower(bytes),
                .. Enumerable.Range(0, 3).Select(offset => Convert.ToBase64String(bytes[offset..])[..^4]),
                .. Enumerable.Range(0, 3).Select(offset => Convert.ToBase64String(bytes[offset..])[..^4].Replace('+', '-').Replace('/', '_')),
            ];
            hits.AddRange(forms.Where(form => form.Length > 8 && text.Contains(form, StringComparison.Ordinal)).Take(1).Select(form => $"{secret} as {form}"));
        }

        return hits;
    }
}
