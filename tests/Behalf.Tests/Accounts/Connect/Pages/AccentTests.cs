using Behalf.Accounts.Connect.Pages;
using FsCheck;
using FsCheck.Fluent;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>Whatever colour a project has, its button can be seen and read.</summary>
public sealed class AccentTests
{
    [Theory]
    [InlineData("#4338ca", "4338ca")]
    [InlineData("#ABCDEF", "abcdef")]
    [InlineData("4338ca", null)]
    [InlineData("#fff", null)]
    [InlineData("#4338cag", null)]
    [InlineData("#4338c\u0661", null)]
    [InlineData("red", null)]
    [InlineData("#0f766e;}body{display:none", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Only_six_hexadecimal_digits_are_a_colour(string? colour, string? digits) =>
        Assert.Equal(digits ?? Accent.Default.Digits, Accent.Of(colour).Digits);

    // Pairs whose ratios are well known; 4.54 is the grey that just passes on white.
    [Theory]
    [InlineData("#000000", "#ffffff", 21)]
    [InlineData("#ffffff", "#ffffff", 1)]
    [InlineData("#767676", "#ffffff", 4.54)]
    [InlineData("#ff0000", "#ffffff", 4.00)]
    [InlineData("#0000ff", "#ffffff", 8.59)]
    public void Contrast_is_that_of_WCAG(string one, string two, double ratio) =>
        Assert.Equal(ratio, Accent.Of(one).Contrast(Accent.Of(two)), 2);

    [Fact]
    public void Every_colour_gives_a_readable_button_with_a_visible_edge()
    {
        var colours = ArbMap.Default.ArbFor<(byte, byte, byte)>();
        Prop.ForAll(colours, channels =>
        {
            var accent = new Accent(channels.Item1, channels.Item2, channels.Item3);
            return new[] { ConnectAssets.Surface.Light, ConnectAssets.Surface.Dark }.All(surface =>
            {
                var fill = accent.FillOn(surface);
                return fill.Contrast(fill.Text) >= 4.5 && fill.LineOn(surface).Contrast(surface) >= 3
                    && fill.Contrast(surface) >= 1.25;
            });
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    [Fact]
    public void A_colour_that_can_be_seen_stays_as_it_is()
    {
        var indigo = Accent.Of("#4338ca");
        Assert.Equal(indigo, indigo.FillOn(ConnectAssets.Surface.Light));
        Assert.Equal(indigo, indigo.LineOn(ConnectAssets.Surface.Light));
    }
}
