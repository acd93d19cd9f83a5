using Behalf.Keys;
using Behalf.Keys.Transit;

namespace Behalf.Tests.Keys.Services;

public sealed class TransitConformance : KeyServiceConformance, IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("transit");
    private FakeTransit _transit = null!;
    private TransitKey _key = null!;

    private protected override IKeyProvider Provider => _key;

    private protected override FakeKeyService Service => _transit;

    private string TokenFile => Path.Combine(_folder.FullName, "token");

    public async ValueTask InitializeAsync()
    {
        _transit = await FakeTransit.StartAsync();
        _transit.Tokens["root"] = true;
        await File.WriteAllTextAsync(TokenFile, "root\n");
        _key = Open(new TransitAccess { TokenFile = TokenFile });

        // The token is renewed at its first use; what is counted comes after.
        await WrapAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _key.Dispose();
        await _transit.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_told_from_one_that_was_trimmed_away()
    {
        using var none = new TransitKey(
            TransitAddress.Parse($"{_transit.Url}/v1/transit/keys/none"), new TransitAccess { TokenFile = TokenFile }, Impatient, TimeProvider.System);
        await FailsAsync(KeyFault.UnknownKey, async () => await none.WrapAsync(new byte[32], Context, CancellationToken.None));
    }

    [Fact]
    public async Task Where_the_engine_may_not_be_asked_an_old_version_counts_as_disabled_and_not_as_destroyed()
    {
        var wrapped = await WrapAsync();
        _transit.Rotate();
        _transit.MinDecryptionVersion = 2;
        await FailsAsync(KeyFault.Disabled, async () => await Provider.UnwrapAsync(wrapped, Context, CancellationToken.None));
    }

    [Fact]
    public async Task A_token_that_was_replaced_in_its_file_counts_at_once()
    {
        _transit.Tokens.Clear();
        await FailsAsync(KeyFault.Denied, async () => await WrapAsync());
        _transit.Tokens["next"] = true;
        await File.WriteAllTextAsync(TokenFile, "next");
        await WrapAsync();
        File.Delete(TokenFile);
        await FailsAsync(KeyFault.Denied, async () => await WrapAsync());
    }

    [Fact]
    public async Task A_token_from_a_file_is_renewed_before_it_ends()
    {
        var clock = new Support.TestClock("");
        _transit.Lease = 600;
        using var key = Open(new TransitAccess { TokenFile = TokenFile }, clock);
        await key.WrapAsync(new byte[32], Context, CancellationToken.None);
        await clock.AdvanceAsync(TimeSpan.FromSeconds(390));
        await key.WrapAsync(new byte[32], Context, CancellationToken.None);
        var before = Renewals();
        await clock.AdvanceAsync(TimeSpan.FromSeconds(20));
        await key.WrapAsync(new byte[32], Context, CancellationToken.None);
        Assert.Equal(before + 1, Renewals());

        int Renewals() => _transit.Calls.Count(call => call == "auth/token/renew-self");
    }

    [Theory]
    [InlineData("approle")]
    [InlineData("kubernetes")]
    public async Task A_login_is_made_once_and_again_when_it_was_ended(string method)
    {
        (_transit.RoleSecret, _transit.KubernetesToken) = ("root", "root");
        using var key = Open(method == "approle"
            ? new TransitAccess { RoleId = "role", SecretIdFile = TokenFile }
            : new TransitAccess { KubernetesRole = "behalf", KubernetesTokenFile = TokenFile });
        await key.WrapAsync(new byte[32], Context, CancellationToken.None);
        await key.WrapAsync(new byte[32], Context, CancellationToken.None);
        Assert.Equal(1, Logins());
        _transit.Tokens.Clear();
        await key.WrapAsync(new byte[32], Context, CancellationToken.None);
        Assert.Equal(2, Logins());
        (_transit.RoleSecret, _transit.KubernetesToken) = (null, null);
        _transit.Tokens.Clear();
        await FailsAsync(KeyFault.Denied, async () => await key.WrapAsync(new byte[32], Context, CancellationToken.None));

        int Logins() => _transit.Calls.Count(call => call == $"auth/{method}/login");
    }

    [Fact]
    public async Task The_namespace_goes_with_every_call()
    {
        _transit.Namespace = "team-a";
        await FailsAsync(KeyFault.UnknownKey, async () => await WrapAsync());
        using var key = Open(new TransitAccess { TokenFile = TokenFile, Namespace = "team-a" });
        await key.WrapAsync(new byte[32], Context, CancellationToken.None);
    }

    protected override Task<string> RotateAsync() => Task.FromResult($"transit/{FakeTransit.Name}:v{_transit.Rotate()}");

    protected override Task DisableAsync(string keyId)
    {
        _transit.MinDecryptionVersion = VersionOf(keyId) + 1;
        return Task.CompletedTask;
    }

    protected override Task EnableAsync(string keyId)
    {
        _transit.MinDecryptionVersion = VersionOf(keyId);
        return Task.CompletedTask;
    }

    protected override Task DeleteAsync(string keyId)
    {
        _transit.MinAvailableVersion = VersionOf(keyId) + 1;
        return Task.CompletedTask;
    }

    protected override void PassOverContext() => _transit.PassesOverContext = true;

    private static int VersionOf(string keyId) => int.Parse(keyId.Split(":v")[1], System.Globalization.CultureInfo.InvariantCulture);

    private TransitKey Open(TransitAccess access, TimeProvider? clock = null) =>
        new(TransitAddress.Parse(_transit.KeyUrl), access, Impatient, clock ?? TimeProvider.System);
}
