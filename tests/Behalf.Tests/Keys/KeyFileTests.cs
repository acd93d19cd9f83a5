using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Behalf.Keys;
using Behalf.Keys.Local;

namespace Behalf.Tests.Keys;

[UnsupportedOSPlatform("windows")]
public sealed class KeyFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly KeyContext Context = new()
    {
        Use = KeyUse.ProjectKey,
        Deployment = Id<IdKinds.Deployment>.New(),
        Project = Id<IdKinds.Project>.New(),
        Generation = 1,
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keys");

    private string Path => System.IO.Path.Combine(_folder.FullName, "deeper", "keys.json");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_first_start_makes_a_file_that_only_its_owner_can_read()
    {
        await PreparedAsync();
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path));
        Assert.Equal(["keys.json", "keys.json.lock"], Names());
    }

    [Fact]
    public async Task Later_starts_leave_the_file_as_it_is()
    {
        await PreparedAsync();
        var first = await File.ReadAllBytesAsync(Path, Ct);
        await PreparedAsync();
        Assert.Equal(first, await File.ReadAllBytesAsync(Path, Ct));
    }

    [Fact]
    public async Task Nodes_that_start_at_once_agree_on_one_key()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(PreparedAsync)));
        Assert.Single(nodes.Select(node => node.List().Single().Id).Distinct());
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    public async Task A_file_that_others_can_use_stops_the_start(UnixFileMode more)
    {
        await PreparedAsync();
        File.SetUnixFileMode(Path, OwnerOnly | more);
        var failure = await Assert.ThrowsAsync<KeyProviderException>(PreparedAsync);
        Assert.Equal(KeyFault.Denied, failure.Fault);
        Assert.Equal($"{Path} can be read or written by others than its owner: chmod 600 it.", failure.Message);
    }

    [Fact]
    public async Task A_file_of_another_user_stops_the_start()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can give a file away");
        await PreparedAsync();
        using (var chown = Process.Start("chown", ["65534", Path]))
        {
            await chown.WaitForExitAsync(Ct);
        }

        var failure = await Assert.ThrowsAsync<KeyProviderException>(PreparedAsync);
        Assert.Equal(KeyFault.Denied, failure.Fault);
        Assert.Contains("belongs to another user", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_may_be_read_only()
    {
        await PreparedAsync();
        File.SetUnixFileMode(Path, UnixFileMode.UserRead);
        Assert.Null((await (await PreparedAsync()).ProbeAsync(Ct)).Fault);
    }

    [Theory]
    [InlineData("""{"version":2,"primary":"a","keys":[]}""", "its version is not 1")]
    [InlineData("""{"version":1,"primary":"a","keys":[]}""", "its primary key is not an active key")]
    [InlineData("""{"version":1,"primary":"a","keys":[{"id":"a","created_at":"2026-01-01T00:00:00Z","state":"gone"}]}""",
        "a key's state is none of active, disabled, deleted")]
    [InlineData("""{"version":1,"primary":"a","keys":[{"id":"a","created_at":"2026-01-01T00:00:00Z","state":"active","key":"c2hvcnQ="}]}""",
        "a key is not 32 bytes long")]
    [InlineData("""{"version":1,"primary":"a","keys":[{"id":"a","created_at":"2026-01-01T00:00:00Z","state":"active"}]}""",
        "it is not the JSON of a key ring")]
    [InlineData("hunter2", "it is not the JSON of a key ring")]
    [InlineData("", "it is not the JSON of a key ring")]
    public async Task A_file_that_is_no_key_ring_stops_the_start_with_the_reason(string content, string reason)
    {
        await PreparedAsync();
        await File.WriteAllTextAsync(Path, content, Ct);
        var failure = await Assert.ThrowsAsync<KeyProviderException>(PreparedAsync);
        Assert.Equal($"{Path} is not a key ring: {reason}.", failure.Message);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_keys_of_one_id_stop_the_start()
    {
        var file = await PreparedAsync();
        await file.AddPrimaryAsync(Ct);
        var ring = JsonNode.Parse(await File.ReadAllTextAsync(Path, Ct))!;
        ring["keys"]![0]!["id"] = ring["keys"]![1]!["id"]!.GetValue<string>();
        await File.WriteAllTextAsync(Path, ring.ToJsonString(), Ct);
        var failure = await Assert.ThrowsAsync<KeyProviderException>(PreparedAsync);
        Assert.EndsWith("two keys have one id.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_added_by_another_process_counts_at_once()
    {
        var server = await PreparedAsync();
        var commandLine = await PreparedAsync();
        var newer = await commandLine.AddPrimaryAsync(Ct);
        Assert.Equal(newer, (await server.WrapAsync(new byte[32], Context, Ct)).KeyId);
    }

    [Fact]
    public async Task Keys_added_at_once_are_all_kept()
    {
        await PreparedAsync();
        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            async () => await (await PreparedAsync()).AddPrimaryAsync(Ct))));
        var ring = (await PreparedAsync()).List();
        Assert.Equal(9, ring.Count);
        Assert.Empty(added.Except(ring.Select(key => key.Id)));
        Assert.All(ring, key => Assert.Null(key.Key));
    }

    [Fact]
    public async Task What_a_crash_left_behind_is_in_nobodys_way()
    {
        var file = await PreparedAsync();
        await File.WriteAllTextAsync(Path + ".new", "half a ring", Ct);
        await file.AddPrimaryAsync(Ct);
        Assert.Equal(["keys.json", "keys.json.lock"], Names());
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path));
    }

    [Fact]
    public async Task A_deleted_keys_bytes_are_gone_from_the_file()
    {
        var file = await PreparedAsync();
        var old = file.List().Single().Id;
        var bytes = JsonNode.Parse(await File.ReadAllTextAsync(Path, Ct))!["keys"]![0]!["key"]!.GetValue<string>();
        await file.AddPrimaryAsync(Ct);
        await file.DisableAsync(old, Ct);
        await file.DeleteAsync(old, Ct);
        Assert.DoesNotContain(bytes, await File.ReadAllTextAsync(Path, Ct), StringComparison.Ordinal);
        Assert.Equal(KeyState.Deleted, file.List()[0].State);
    }

    [Fact]
    public async Task Neither_the_primary_key_nor_one_in_use_can_be_taken_away()
    {
        var file = await PreparedAsync();
        var old = file.List().Single().Id;
        await RefusedAsync(KeyFault.Denied, file.DisableAsync(old, Ct));
        await file.AddPrimaryAsync(Ct);
        await RefusedAsync(KeyFault.Denied, file.DeleteAsync(old, Ct));
        await RefusedAsync(KeyFault.Denied, file.EnableAsync(old, Ct));
        await RefusedAsync(KeyFault.UnknownKey, file.DisableAsync("no-such-key", Ct));
        Assert.Equal([KeyState.Active, KeyState.Active], file.List().Select(key => key.State));
    }

    private static async Task RefusedAsync(KeyFault fault, Task operation) =>
        Assert.Equal(fault, (await Assert.ThrowsAsync<KeyProviderException>(() => operation)).Fault);

    private IEnumerable<string?> Names() =>
        Directory.EnumerateFiles(System.IO.Path.GetDirectoryName(Path)!).Select(System.IO.Path.GetFileName).Order();

    private async Task<KeyFile> PreparedAsync()
    {
        var file = new KeyFile(Path, TimeProvider.System);
        await file.PrepareAsync(Ct);
        return file;
    }
}
