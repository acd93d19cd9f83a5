using Behalf.Accounts.Connect.Pages;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>What a view makes of names and addresses before a page shows them.</summary>
public sealed class ViewTests
{
    [Theory]
    [InlineData("user_1349", "user_1349")]
    [InlineData("  a \r\n b\t\tc ", "a b c")]
    [InlineData("a\0b\u0085c", "a b c")]
    [InlineData("\u202Etibbar\u202C", "tibbar")]
    [InlineData("\u2066a\u2069\u200B\uFEFF", "a")]
    [InlineData("אבג", "אבג")]
    [InlineData("family \U0001F468\u200D\U0001F469\u200D\U0001F467", "family \U0001F468\u200D\U0001F469\u200D\U0001F467")]
    [InlineData("0123456789abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuvwxyz")]
    [InlineData("0123456789abcdefghijklmnopqrstuvwxyzA", "0123456789abcdefghijklmn…qrstuvwxyzA")]
    public void A_user_is_shown_on_one_line_and_shortened_in_the_middle(string id, string shown) =>
        Assert.Equal(shown, (SamplePages.Consent with { UserLabel = id }).UserLabel);

    [Fact]
    public void A_long_name_is_cut_at_its_end_and_between_characters()
    {
        var brand = new BrandView { AppTitle = string.Concat(Enumerable.Repeat("e\u0301", 100)) };
        Assert.Equal(string.Concat(Enumerable.Repeat("e\u0301", 63)) + "…", brand.AppTitle);
    }

    [Theory]
    [InlineData("GitHub", "G")]
    [InlineData("élan", "É")]
    [InlineData("\U0001F680 Launch", "\U0001F680")]
    [InlineData("", "?")]
    public void A_missing_logo_is_replaced_by_the_first_character(string name, string initial) =>
        Assert.Equal(initial, Shown.Initial(name));

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("/\t/evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("relative")]
    [InlineData("")]
    public void A_form_or_a_logo_cannot_leave_this_server(string url)
    {
        Assert.Throws<InvalidOperationException>(() => SamplePages.Consent with { FormAction = url });
        Assert.Throws<InvalidOperationException>(() => SamplePages.Consent with { CancelAction = url });
        Assert.Throws<InvalidOperationException>(() => SamplePages.Consent with { ToolkitLogoUrl = url });
        Assert.Throws<InvalidOperationException>(() => SamplePages.Acme with { LogoUrl = url });
        Assert.Throws<InvalidOperationException>(() => SamplePages.Ended(OutcomeKind.Denied) with { RetryUrl = url });
    }

    [Theory]
    [InlineData("https://app.example/done?status=success", "https://app.example/done?status=success")]
    [InlineData("http://localhost:3000/done", "http://localhost:3000/done")]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("data:text/html,x", null)]
    [InlineData("file:///etc/passwd", null)]
    [InlineData("//evil.example", null)]
    [InlineData("/done", null)]
    [InlineData("https://bank.example@evil.example/", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_way_back_leads_to_a_web_page_or_is_not_shown(string? url, string? shown) =>
        Assert.Equal(shown, (SamplePages.Ended(OutcomeKind.Denied) with { ReturnUrl = url }).ReturnUrl);

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://bank.example@evil.example/")]
    [InlineData("/relative")]
    public void A_handover_leads_to_a_web_page(string url) => Assert.Throws<InvalidOperationException>(
        () => new HandoverView { Brand = SamplePages.Acme, Target = new Uri(url, UriKind.RelativeOrAbsolute) }.Address);
}
