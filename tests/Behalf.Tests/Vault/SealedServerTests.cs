using System.Runtime.Versioning;
using Behalf.Keys;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Vault;

/// <summary>The server as a whole, with and without its keys.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SealedServerTests
{
    [Theory, OnBothEngines]
    public async Task Without_its_keys_the_server_says_sealed_and_with_them_goes_on(string engine)
    {
        await using var server = await TestServer.StartAsync(engine);
        using var admin = server.Client(server.AdminKey);
        var keys = Path.Combine(server.Data, "keys.json");
        File.Move(keys, keys + ".away");

        Assert.Equal("""{"status":"sealed"}""", (await admin.GetAsync("/health/ready")).Expect(503).Text);
        var refused = (await admin.PostAsync("/api/v3.1/org/owner/project/new", new { name = "Acme" })).Expect(503);
        Assert.Equal("Server_Sealed", refused.Slug);
        Assert.True(refused.Headers.ContainsKey("Retry-After"));

        File.Move(keys + ".away", keys);
        (await admin.GetAsync("/health/ready")).Expect(200);
        (await admin.PostAsync("/api/v3.1/org/owner/project/new", new { name = "Acme" })).Expect(200);
        Assert.Equal(
            1, await server.Database.FindAsync<long>(RowScope.System, "select count(*) from project_key", null, CancellationToken.None));
    }

    [Fact]
    public async Task A_key_file_that_others_can_read_stops_the_start()
    {
        var data = Directory.CreateTempSubdirectory("behalf-");
        try
        {
            var keys = Path.Combine(data.FullName, "keys.json");
            await File.WriteAllTextAsync(keys, "{}");
            File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.OtherRead);
            var failure = await Assert.ThrowsAsync<KeyProviderException>(
                () => TestServer.StartAsync("sqlite", new TestServerOptions { Data = data.FullName }));
            Assert.Contains("chmod 600", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }
}
