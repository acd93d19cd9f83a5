using Behalf.Keys;
using Behalf.Keys.Transit;

namespace Behalf.Tests.Keys;

public sealed class KeySettingTests
{
    private const string Arn = "awskms:arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    private const string Transit = "transit:https://vault.example.com:8200/v1/transit/keys/behalf";

    private static readonly TransitAccess Access = new() { KubernetesRole = "behalf" };

    [Theory]
    [InlineData(null, "/data/keys.json")]
    [InlineData("", "/data/keys.json")]
    [InlineData("file:/etc/behalf/ring", "/etc/behalf/ring")]
    [InlineData("file:/etc/behalf, the ring", "/etc/behalf, the ring")]
    public void The_setting_names_the_file(string? value, string path)
    {
        using var providers = Parse(value);
        Assert.Equal(path, providers.File?.Path);
        Assert.Equal(providers.File, providers.Primary);
    }

    [Theory]
    [InlineData(Arn, "awskms")]
    [InlineData(Transit, "transit")]
    [InlineData("transit:http://127.0.0.1:8200/v1/team/crypt/keys/behalf.prod", "transit")]
    [InlineData(Arn + ",file:/etc/ring," + Transit, "awskms")]
    [InlineData(Transit + ", " + Arn, "transit")]
    public void The_first_one_wraps(string value, string scheme)
    {
        using var providers = Parse(value);
        Assert.Equal(scheme, providers.Scheme);
        Assert.Equal(value.Contains("file:", StringComparison.Ordinal), providers.Know("file"));
    }

    [Theory]
    [InlineData("file:")]
    [InlineData("/etc/behalf/ring")]
    [InlineData("cloud:somewhere")]
    [InlineData("awskms:alias/behalf")]
    [InlineData("awskms:arn:aws:kms:eu-central-1:111122223333:alias/behalf")]
    [InlineData("transit:http://vault.example.com/v1/transit/keys/behalf")]
    [InlineData("transit:https://vault.example.com/transit/keys/behalf")]
    [InlineData("transit:https://vault.example.com/v1/transit/keys/behalf?x=1")]
    [InlineData("transit:https://me:secret@vault.example.com/v1/transit/keys/behalf")]
    [InlineData("file:/a,file:/b")]
    [InlineData(Transit + "," + Transit)]
    public void A_setting_that_is_none_is_named(string value) =>
        Assert.StartsWith($"BEHALF_KEYS is '{value}', but ", Assert.Throws<FormatException>(() => Parse(value)).Message, StringComparison.Ordinal);

    [Fact]
    public void There_is_one_way_to_log_in()
    {
        foreach (var access in new TransitAccess[]
        {
            new(),
            new() { TokenFile = "/a", KubernetesRole = "b" },
            new() { RoleId = "a" },
            new() { SecretIdFile = "a" },
            new() { KubernetesRole = "b", CaFile = "/nowhere/at/all.pem" },
        })
        {
            var failure = Assert.Throws<FormatException>(() => KeySetting.Parse(Transit, "/data", access, new KeyServiceLimits(), TimeProvider.System));
            Assert.StartsWith("BEHALF_TRANSIT_", failure.Message, StringComparison.Ordinal);
        }
    }

    private static KeyProviders Parse(string? value) => KeySetting.Parse(value, "/data", Access, new KeyServiceLimits(), TimeProvider.System);
}
