using Behalf.Hosting;
using Behalf.Keys;
using Behalf.Keys.Transit;
using Behalf.Tests.Keys.Services;
using Behalf.Tests.Support;

namespace Behalf.Tests.Vault;

/// <summary>The server as a whole beside a key service that is away, refuses, or withdraws a key.</summary>
public sealed class KeyServiceAwayTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("transit");
    private FakeTransit _transit = null!;

    public async ValueTask InitializeAsync()
    {
        _transit = await FakeTransit.StartAsync();
        _transit.Tokens["root"] = true;
        await File.WriteAllTextAsync(TokenFile, "root");
    }

    public async ValueTask DisposeAsync()
    {
        await _transit.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private string TokenFile => Path.Combine(_folder.FullName, "token");

    [Theory, OnBothEngines]
    public async Task While_it_is_away_known_keys_serve_and_others_are_refused_and_then_all_goes_on(string engine)
    {
        await using var world = await StartAsync(engine);
        await KeyAccounts.CreateAsync(world, 1);
        Assert.Null(await KeyAccounts.ObjectionAsync(world.Project, 0));
        _transit.Failures = int.MaxValue;
        Assert.Null(await KeyAccounts.ObjectionAsync(world.Project, 0));

        // A node that starts now knows no key; it starts, and says what it lacks.
        await world.RestartAsync();
        using var probe = world.Server.Client();
        Assert.Equal("""{"status":"sealed"}""", (await probe.GetAsync("/health/ready")).Expect(503).Text);
        var refused = (await ExecuteAsync(world)).Expect(503);
        Assert.Equal("Server_Sealed", refused.Slug);
        Assert.Equal("30", refused.Headers["Retry-After"]);
        Assert.DoesNotContain(world.Server.Log.Lines, line => line.Contains(FakeKeyService.Canary, StringComparison.Ordinal));

        _transit.Failures = 0;
        Assert.Null(await KeyAccounts.ObjectionAsync(world.Project, 0));
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(async () => (await probe.GetAsync("/health/ready")).Status == 200);
    }

    [Fact]
    public async Task A_server_that_names_none_of_the_providers_its_database_was_wrapped_with_does_not_start()
    {
        await using var world = await OwnSandbox.StartAsync("sqlite");
        var failure = await Assert.ThrowsAsync<KeyProviderException>(() => world.RestartAsync(WithTransit));
        Assert.StartsWith("BEHALF_KEYS names none of the providers that this database was wrapped with (file)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_asked_once_for_any_number_of_calls_and_a_key_it_withdraws_is_used_an_hour_at_most()
    {
        await using var world = await StartAsync("sqlite");
        await KeyAccounts.CreateAsync(world, 3);
        await world.RestartAsync();
        var before = Decryptions();
        for (var call = 0; call < 30; call++)
        {
            Assert.Null(await KeyAccounts.ObjectionAsync(world.Project, call % 3));
        }

        // The project's key, and the signing key of the trail if an event was sealed meanwhile.
        Assert.InRange(Decryptions() - before, 1, 2);
        _transit.Rotate();
        _transit.MinDecryptionVersion = 2;
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromMinutes(61));
        Assert.Equal("Server_Sealed", (await ExecuteAsync(world)).Expect(503).Slug);
        _transit.MinDecryptionVersion = 1;
        Assert.Null(await KeyAccounts.ObjectionAsync(world.Project, 0));
    }

    [Fact]
    public async Task The_ready_check_does_not_ask_it_each_time()
    {
        await using var world = await StartAsync("sqlite");
        using var probe = world.Server.Client();
        await Eventually.HoldsAsync(async () => (await probe.GetAsync("/health/ready")).Status == 200);
        var before = _transit.Calls.Count(call => call == "transit/encrypt/behalf");
        for (var i = 0; i < 20; i++)
        {
            (await probe.GetAsync("/health/ready")).Expect(200);
        }

        Assert.Equal(before, _transit.Calls.Count(call => call == "transit/encrypt/behalf"));
        _transit.Denies = true;
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(async () => (await probe.GetAsync("/health/ready")).Status == 503);
    }

    [Fact]
    public async Task A_node_whose_keys_serve_on_stays_ready_for_a_day_and_not_for_longer()
    {
        await using var world = await StartAsync("sqlite");
        await KeyAccounts.CreateAsync(world, 1);
        using var probe = world.Server.Client();
        await Eventually.HoldsAsync(async () => (await probe.GetAsync("/health/ready")).Status == 200);
        _transit.Failures = int.MaxValue;
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Null(await KeyAccounts.ObjectionAsync(world.Project, 0));
        await Eventually.HoldsAsync(
            async () => (await probe.GetAsync("/health/ready")).Expect(200).Text == """{"status":"ready","keys":"away"}""");
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromHours(24));
        Assert.Equal("""{"status":"sealed"}""", (await probe.GetAsync("/health/ready")).Expect(503).Text);
    }

    [Fact]
    public async Task One_that_hangs_keeps_the_ready_check_from_nothing()
    {
        await using var world = await StartAsync("sqlite");
        using var probe = world.Server.Client();
        await Eventually.HoldsAsync(async () => (await probe.GetAsync("/health/ready")).Status == 200);
        var answers = new TaskCompletionSource();
        _transit.Gate = answers.Task;
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.StartsWith("{\"status\":\"ready\"", (await probe.GetAsync("/health/ready")).Expect(200).Text, StringComparison.Ordinal);
        answers.SetResult();
    }

    private int Decryptions() => _transit.Calls.Count(call => call == "transit/decrypt/behalf");

    private static Task<Answer> ExecuteAsync(OwnSandbox world) =>
        world.Project.PostAsync($"/api/v3.1/tools/execute/{OwnSandbox.Tool}", new { user_id = "user_0", arguments = new { } });

    private Task<OwnSandbox> StartAsync(string engine) => OwnSandbox.StartAsync(engine, WithTransit);

    private ServerSettings WithTransit(ServerSettings settings) => settings with
    {
        Keys = "transit:" + _transit.KeyUrl,
        Transit = new TransitAccess { TokenFile = TokenFile },
    };
}
