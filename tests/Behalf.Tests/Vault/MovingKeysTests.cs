using Behalf.Hosting;
using Behalf.Keys.Transit;
using Behalf.Tests.Keys.Services;
using Behalf.Tests.Support;

namespace Behalf.Tests.Vault;

/// <summary>Keys move from one provider to the next while agents work, and then the next one alone is enough.</summary>
public sealed class MovingKeysTests
{
    private const int Accounts = 12;

    [Theory, OnBothEngines]
    public async Task Keys_move_from_the_file_to_AWS_and_to_Vault_under_load(string engine)
    {
        var kms = await FakeKms.SharedAsync();
        await using var transit = await FakeTransit.StartAsync();
        transit.Tokens["root"] = true;
        await using var world = await OwnSandbox.StartAsync(engine);
        await KeyAccounts.CreateAsync(world, Accounts);
        var token = Path.Combine(world.Server.Data, "transit-token");
        await File.WriteAllTextAsync(token, "root");
        var move = new Move(world, kms, token);
        var file = "file:" + Path.Combine(world.Server.Data, "keys.json");
        var (aws, vault) = ("awskms:" + kms.AddKey(), "transit:" + transit.KeyUrl);
        await move.RunAsync(file, aws);
        Assert.Contains($"{aws["awskms:".Length..]}  Primary  in awskms  1 project keys, 1 signing keys", await move.ListAsync(aws), StringComparison.Ordinal);
        File.Delete(Path.Combine(world.Server.Data, "keys.json"));
        await move.AssertEnoughAsync(aws);

        await move.RunAsync(aws, vault);
        kms.States[aws["awskms:".Length..]] = KmsKeyState.Disabled;
        await move.AssertEnoughAsync(vault);

        // The engine's own rotation is one as well.
        transit.Rotate();
        Assert.Matches("transit/behalf:v1  Active  in transit  1 project keys, 1 signing keys", await move.ListAsync(vault));
        await move.RewrapAsync(vault);
        transit.MinDecryptionVersion = 2;
        await move.AssertEnoughAsync(vault);
        Assert.Matches("^transit/behalf:v2  Primary  in transit  1 project keys, 1 signing keys\n$", await move.ListAsync(vault));
    }

    [Fact]
    public async Task Keys_of_a_service_are_rotated_and_retired_there()
    {
        await using var transit = await FakeTransit.StartAsync();
        transit.Tokens["root"] = true;
        var data = Directory.CreateTempSubdirectory("behalf-keys-").FullName;
        var token = Path.Combine(data, "token");
        await File.WriteAllTextAsync(token, "root");
        var settings = new Dictionary<string, string>
        {
            ["BEHALF_DATA"] = data,
            ["BEHALF_TOOLKITS"] = Repository.Toolkits,
            ["BEHALF_KEYS"] = "transit:" + transit.KeyUrl,
            ["BEHALF_TRANSIT_TOKEN_FILE"] = token,
        };
        foreach (var arguments in new string[][] { ["keys", "rotate"], ["keys", "disable", "transit/behalf:v1"], ["keys", "delete", "transit/behalf:v1"] })
        {
            var (exit, _, errors) = await ServerProcess.RunAsync(arguments, settings);
            Assert.Equal(1, exit);
            Assert.Contains("transit are", errors, StringComparison.Ordinal);
        }

        Directory.Delete(data, recursive: true);
    }

    /// <summary>The steps that an operator takes.</summary>
    private sealed class Move(OwnSandbox world, FakeKms kms, string token)
    {
        /// <summary>Every node learns to open with both, then to wrap with the new one; then what is left is moved.</summary>
        public async Task RunAsync(string from, string to)
        {
            await world.RestartAsync(With($"{from},{to}"));
            await using var load = Load.Start(2, call => KeyAccounts.ObjectionAsync(world.Project, call % Accounts));
            var output = await RewrapAsync($"{to},{from}");
            Assert.Contains("1 project keys and 1 signing keys wrapped again, 0 could not be opened", output, StringComparison.Ordinal);
            Assert.True(await load.StopAsync() > 0);
            Assert.Empty(load.Failures);
        }

        public async Task AssertEnoughAsync(string keys)
        {
            await world.RestartAsync(With(keys));
            await KeyAccounts.AssertAllWorkAsync(world.Project, Accounts);
            Assert.True((await world.Project.GetAsync("/api/v3.1/audit/verify")).Expect(200).Json.GetProperty("valid").GetBoolean());
        }

        public Task<string> RewrapAsync(string keys) => OutputAsync(keys, "keys", "rewrap");

        public Task<string> ListAsync(string keys) => OutputAsync(keys, "keys", "list");

        private Func<ServerSettings, ServerSettings> With(string keys) => settings => settings with
        {
            Keys = keys,
            Transit = new TransitAccess { TokenFile = token },
        };

        private async Task<string> OutputAsync(string keys, params string[] arguments)
        {
            var (exit, output, errors) = await ServerProcess.RunAsync(arguments, new Dictionary<string, string>(kms.Environment)
            {
                ["BEHALF_DATA"] = world.Server.Data,
                ["BEHALF_DATABASE"] = world.Server.DatabaseAddress,
                ["BEHALF_TOOLKITS"] = Repository.Toolkits,
                ["BEHALF_KEYS"] = keys,
                ["BEHALF_TRANSIT_TOKEN_FILE"] = token,
            });
            Assert.True(exit == 0, errors + output);
            return output;
        }
    }
}
