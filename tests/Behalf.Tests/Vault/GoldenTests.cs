using System.Runtime.Versioning;

namespace Behalf.Tests.Vault;

/// <summary>The format on disk is frozen: these vectors were made by the independent implementation. A change that turns
/// one of them red makes every stored secret unreadable.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class GoldenTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Names() => BoxCase.GoldenNames();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_golden_box_opens(string file, string name)
    {
        var golden = BoxCase.Golden(file, name);
        Assert.Equal(golden.Plaintext, Convert.ToHexStringLower(await golden.OpenAsync()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sealing_again_with_its_nonce_gives_the_same_bytes(string file, string name)
    {
        var golden = BoxCase.Golden(file, name);
        Assert.Equal(golden.Box, Convert.ToHexStringLower(golden.SealWithNonce()));
    }
}
