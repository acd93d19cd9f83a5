using Microsoft.Win32.SafeHandles;

namespace Behalf.Keys.Local;

/// <summary>A small file of secrets that nobody but its owner may read, replaced as a whole. On Windows the folder's
/// access list rules; who owns the file is checked on Linux.</summary>
internal static class OwnerOnlyFile
{
    private const int MaxLength = 1 << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = (UnixFileMode)0x3F;

    /// <summary>Reads the file after it was checked through the same handle, so that it can't be exchanged in between.</summary>
    public static SecretBuffer Read(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            RefuseIfOthersCanRead(handle, path);
            var length = RandomAccess.GetLength(handle);
            if (length > MaxLength)
            {
                throw new KeyProviderException(KeyFault.Unavailable, $"{path} is too long to be a key ring.");
            }

            var content = new SecretBuffer((int)length);
            for (var read = 0; read < length;)
            {
                var count = RandomAccess.Read(handle, content.Span[read..], read);
                read = count > 0 ? read + count : throw new EndOfStreamException($"{path} was cut while it was read.");
            }

            return content;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new KeyProviderException(KeyFault.Denied, $"{path} cannot be read by this user.", e);
        }
        catch (IOException e)
        {
            throw new KeyProviderException(KeyFault.Unavailable, $"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Afterwards the file has all of the new content and the disk has it, or nothing has changed.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var fresh = path + ".new";
        File.Delete(fresh);
        using (var stream = new FileStream(fresh, Options(FileMode.CreateNew)))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
        if (!OperatingSystem.IsWindows())
        {
            Posix.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
    }

    /// <summary>Holds off other processes that want to replace the file; throws <see cref="IOException"/> if one is at it.</summary>
    public static FileStream Lock(string path) => new(path + ".lock", Options(FileMode.OpenOrCreate));

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }

    private static void RefuseIfOthersCanRead(SafeFileHandle handle, string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(handle) & Others) != 0)
        {
            throw new KeyProviderException(
                KeyFault.Denied, $"{path} can be read or written by others than its owner: chmod 600 it.");
        }

        if (OperatingSystem.IsLinux() && Posix.OwnerOf(handle) != Posix.CurrentUser)
        {
            throw new KeyProviderException(
                KeyFault.Denied, $"{path} belongs to another user than the one this server runs as: chown it.");
        }
    }
}
