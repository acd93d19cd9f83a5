using System.Runtime.Versioning;
using Behalf.Keys;
using Behalf.Keys.Local;

namespace Behalf.Tests.Keys;

[UnsupportedOSPlatform("windows")]
public sealed class KeyFileConformance : KeyProviderConformance, IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keys");
    private readonly KeyFile _file;

    public KeyFileConformance() => _file = new KeyFile(Path.Combine(_folder.FullName, "keys.json"), TimeProvider.System);

    private protected override IKeyProvider Provider => _file;

    public async ValueTask InitializeAsync() => await _file.PrepareAsync(CancellationToken.None);

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    protected override Task<string> RotateAsync() => _file.AddPrimaryAsync(CancellationToken.None);

    protected override Task DisableAsync(string keyId) => _file.DisableAsync(keyId, CancellationToken.None);

    protected override Task EnableAsync(string keyId) => _file.EnableAsync(keyId, CancellationToken.None);

    protected override Task DeleteAsync(string keyId) => _file.DeleteAsync(keyId, CancellationToken.None);

    protected override Task MakeUnavailableAsync()
    {
        File.Delete(_file.Path);
        return Task.CompletedTask;
    }

    protected override Task DenyAsync()
    {
        File.SetUnixFileMode(_file.Path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        return Task.CompletedTask;
    }
}
