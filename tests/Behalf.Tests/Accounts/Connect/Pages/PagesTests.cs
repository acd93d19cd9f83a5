using System.Net;
using Behalf.Accounts.Connect.Pages;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>Statuses, headers and words of the pages as they come over the wire.</summary>
public sealed class PagesTests(PageSite site) : IClassFixture<PageSite>
{
    public static TheoryData<string> Everything => [.. SamplePages.All.Keys];

    public static TheoryData<string, int> Endings => new()
    {
        { "connected", 200 }, { "denied", 403 }, { "expired", 410 }, { "already_used", 409 }, { "wrong_browser", 400 },
        { "wrong_user", 403 }, { "provider_error", 502 }, { "subject_changed", 409 }, { "not_found", 404 }, { "waiting", 202 },
        { "server_error", 500 }, { "too_many_attempts", 429 },
    };

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task An_ending_has_its_status_and_its_reason(string reason, int status)
    {
        var response = await site.Http.GetAsync($"/pages/{reason}");
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains($"data-reason=\"{reason}\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_ending_has_its_own_reason_title_and_sentence()
    {
        var kinds = Enum.GetValues<OutcomeKind>();
        Assert.Equal(Endings.Count, kinds.Length);
        Assert.Equal(kinds.Length, kinds.Select(kind => Outcome.Of(kind).Reason).Distinct().Count());
        Assert.Equal(kinds.Length, kinds.Select(kind => Outcome.Of(kind).Title(SamplePages.Ended(kind))).Distinct().Count());
        Assert.Equal(kinds.Length, kinds.Select(kind => Outcome.Of(kind).Sentence(SamplePages.Ended(kind))).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task An_ending_gives_a_reference_unless_all_went_well(string reason, int status) =>
        Assert.Equal(status != 200, (await site.GetAsync(reason)).Contains(SamplePages.RequestId, StringComparison.Ordinal));

    [Theory]
    [InlineData("consent", HttpStatusCode.OK, "consent")]
    [InlineData("key", HttpStatusCode.OK, "enter_key")]
    [InlineData("key-refused", HttpStatusCode.UnprocessableEntity, "enter_key")]
    [InlineData("handover", HttpStatusCode.OK, "handover")]
    public async Task A_page_that_asks_has_its_status_and_its_reason(string page, HttpStatusCode status, string reason)
    {
        var response = await site.Http.GetAsync($"/pages/{page}");
        Assert.Equal(status, response.StatusCode);
        Assert.Contains($"data-reason=\"{reason}\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task A_page_runs_nothing_is_framed_nowhere_and_kept_by_nobody(string page)
    {
        var response = await site.Http.GetAsync($"/pages/{page}");
        string Header(string name) => string.Join(", ", response.Headers.GetValues(name));

        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            Header("Content-Security-Policy"));
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Equal("DENY", Header("X-Frame-Options"));
        Assert.Equal("no-referrer", Header("Referrer-Policy"));
        Assert.Equal("no-store", Header("Cache-Control"));
        Assert.Equal("same-origin", Header("Cross-Origin-Opener-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Resource-Policy"));
        Assert.Contains("camera=()", Header("Permissions-Policy"), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Https_is_asked_for_only_where_it_is_spoken()
    {
        var response = await site.Http.GetAsync("/pages/consent?scheme=https");
        Assert.Equal("max-age=31536000", response.Headers.GetValues("Strict-Transport-Security").Single());
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task A_page_holds_no_script_and_no_style_of_its_own(string page)
    {
        var html = await site.GetAsync(page);
        var bones = Markup.BonesOf(html).Split('\n');
        Assert.DoesNotContain(bones, bone => bone.StartsWith("script", StringComparison.OrdinalIgnoreCase)
            || bone.StartsWith("style", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(bones.SelectMany(bone => bone.Split(' ')[1..]), name =>
            name.StartsWith("on", StringComparison.OrdinalIgnoreCase) || name.Equals("style", StringComparison.OrdinalIgnoreCase));
        Assert.All(
            Markup.ValuesOf(html, "src").Concat(Markup.ValuesOf(html, "action")),
            url => Assert.StartsWith("/", url, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task A_page_can_be_read_aloud(string page)
    {
        var html = await site.GetAsync(page);
        Assert.StartsWith("<!DOCTYPE html>", html, StringComparison.Ordinal);
        var bones = Markup.BonesOf(html).Split('\n');
        Assert.Contains("html lang", bones);
        Assert.Single(bones, bone => bone == "title");
        Assert.Single(bones, bone => bone.StartsWith("main", StringComparison.Ordinal));
        Assert.Single(bones, bone => bone == "h1");
    }

    [Fact]
    public async Task Head_gives_the_headers_of_get_and_no_page()
    {
        var get = await site.Http.GetAsync("/pages/consent");
        var head = await site.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/pages/consent"));
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task The_page_says_who_asks_for_what_for_whom_and_where_it_leads()
    {
        var html = await site.GetAsync("consent");
        Assert.All(
            ["Acme Assistant", "GitHub", "user_1349-alice", "github.com", "Create issues and comment as you", "Sensitive"],
            text => Assert.Contains(text, html, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_typed_before_is_not_sent_back()
    {
        var html = await site.GetAsync("key-refused");
        Assert.DoesNotContain(SamplePages.TypedSecret, html, StringComparison.Ordinal);
        Assert.Contains("alice@acme.example", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_forms_carry_the_token()
    {
        var html = await site.GetAsync("key");
        Assert.Equal(2, Markup.ValuesOf(html, "value").Count(value => value == SamplePages.Key.AntiForgeryToken));
        Assert.Equal(2, Markup.ValuesOf(html, "name").Count(name => name == ConnectView.AntiForgeryField));
    }
}
