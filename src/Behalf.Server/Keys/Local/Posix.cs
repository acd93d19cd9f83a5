using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Behalf.Keys.Local;

/// <summary>What the class library does not tell of files: who owns one, and that a rename is on the disk.</summary>
[UnsupportedOSPlatform("windows")]
internal static class Posix
{
    private const int EmptyPath = 0x1000;
    private const uint OwnerMask = 0x8;

    public static uint CurrentUser => geteuid();

    /// <summary>The user id that owns an open file. statx(2) because its layout is the same on every architecture.</summary>
    [SupportedOSPlatform("linux")]
    public static uint OwnerOf(SafeFileHandle file)
    {
        var stat = new byte[256];
        if (statx(file, "", EmptyPath, OwnerMask, stat) != 0)
        {
            throw new IOException($"statx failed with error {Marshal.GetLastPInvokeError()}");
        }

        return BitConverter.ToUInt32(stat, 20);
    }

    /// <summary>Makes the names in a folder durable: without it a power cut can take a finished rename back.</summary>
    public static void SyncFolder(string folder)
    {
        using var handle = open(folder, 0);
        if (handle.IsInvalid || fsync(handle) != 0)
        {
            throw new IOException($"{folder} was not synced, error {Marshal.GetLastPInvokeError()}");
        }
    }

#pragma warning disable SYSLIB1054, CA5392, IDE1006 // Four calls with the names of the C library; generated marshalling would need unsafe code.
    [DllImport("libc")]
    private static extern uint geteuid();

    [DllImport("libc", SetLastError = true)]
    private static extern int statx(
        SafeFileHandle folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] result);

    [DllImport("libc", SetLastError = true)]
    private static extern SafeFileHandle open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(SafeFileHandle file);
#pragma warning restore SYSLIB1054, CA5392, IDE1006
}
