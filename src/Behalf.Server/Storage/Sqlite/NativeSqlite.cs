using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Behalf.Storage.Sqlite;

/// <summary>Runs the driver on the system's SQLite, which the distribution patches, instead of a bundled one.</summary>
internal static class NativeSqlite
{
    // Whoever comes second waits: a connection that is opened in between would set the library up in its own way.
    private static readonly Lazy<bool> Loaded = new(SetUp);

    public static void Load() => _ = Loaded.Value;

    private static bool SetUp()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());

        // A connection here is one thread's at a time, so it needs no lock of its own (https://sqlite.org/threadsafe.html);
        // nobody reads the allocator's statistics, for which each allocation would take a lock that all connections share.
        if (raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD) != raw.SQLITE_OK || raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0) != raw.SQLITE_OK)
        {
            throw new InvalidOperationException("SQLite was in use before it was set up.");
        }

        // RETURNING needs 3.35, which is the oldest that the statements here run on.
        if (raw.sqlite3_libversion_number() < 3_035_000)
        {
            throw new InvalidOperationException(
                $"SQLite {raw.sqlite3_libversion().utf8_to_string()} is too old: install libsqlite3 3.35 or newer, or set BEHALF_DATABASE to a postgres:// URL.");
        }

        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        string[] candidates = OperatingSystem.IsWindows() ? ["winsqlite3.dll"]
            : OperatingSystem.IsMacOS() ? ["libsqlite3.dylib"]
            : ["libsqlite3.so.0", "libsqlite3.so"];
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out var handle))
            {
                return handle;
            }
        }

        throw new DllNotFoundException(
            "The system has no SQLite library: install libsqlite3-0 (Debian), or set BEHALF_DATABASE to a postgres:// URL.");
    }
}
