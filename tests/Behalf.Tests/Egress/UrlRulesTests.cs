using Behalf.Egress;
using FsCheck;
using FsCheck.Fluent;

namespace Behalf.Tests.Egress;

/// <summary>Whatever a caller puts into a path, the request goes to the definition's host and stays below its base.</summary>
public sealed class UrlRulesTests
{
    private static readonly Uri Base = new("https://api.example.com:8443/v1/");

    public static TheoryData<string> Tricks =>
    [
        "//evil", "/\\evil", "\\\\evil", "..", ".", "...", "../admin", "..\\admin", "/etc", "a/b", "a/../../b", "..;",
        "..;x=1", " ..", ".. ", " . ", "..%2f..", "..%2F..", "%2e%2e", "%2E%2E%2Fadmin", ".%2e", "%2e.", "%252e%252e",
        "%2f", "%5c", "%5C..", "%00", "%0d%0aHost: evil", "%23", "%3f", "a\r\nHost: evil", "a\nb", "a\0b", "a\u007fb",
        "a\u0085b", "a∕b", "a⁄b", "a⧸b", "a⧵b", "a∖b", "a／b", "a＼b", "．．", "․․", "‥", "﹒﹒", "", " ", "a\ud800b", "\udfff",
    ];

    [Theory]
    [MemberData(nameof(Tricks))]
    public void A_value_that_would_be_more_than_one_segment_is_refused(string value)
    {
        Assert.False(Fill("/users/{id}/mail", value, out _, out var fault));
        Assert.StartsWith("id must ", fault, StringComparison.Ordinal);
        Assert.False(Fill("/users/{id*}/mail", "ok/" + value + "/ok", out _, out _) && !IsPath(value));
    }

    [Theory]
    [InlineData("@evil/", false)]
    [InlineData("@evil", true)]
    [InlineData("http:", true)]
    [InlineData("http://evil/", false)]
    [InlineData("?#", true)]
    [InlineData("?admin=1", true)]
    [InlineData("#top", true)]
    [InlineData("a;b=c", true)]
    [InlineData("user@group.calendar.google.com", true)]
    [InlineData("..hidden", true)]
    [InlineData("v1.0", true)]
    [InlineData("100%", true)]
    [InlineData("{id}", true)]
    [InlineData("größe ☃", true)]
    public void A_value_stays_one_segment(string value, bool allowed)
    {
        Assert.Equal(allowed, Fill("/users/{id}/mail", value, out var url, out _));
        if (allowed)
        {
            Assert.Equal($"https://api.example.com:8443/v1/users/{Uri.EscapeDataString(value)}/mail", url!.AbsoluteUri);
        }
    }

    [Theory]
    [InlineData("/{a}{b}/x", ".", ".")]
    [InlineData("/.{a}/x", ".", "x")]
    [InlineData("/{a}./x", ".", "x")]
    [InlineData("/../{a}", "x", "x")]
    [InlineData("//{a}", "evil", "x")]
    [InlineData("/x#{a}", "y", "x")]
    [InlineData("/x?{a}", "y", "x")]
    public void Nor_does_a_template_put_such_a_path_together(string template, string a, string b)
    {
        var values = new Dictionary<string, string> { ["a"] = a, ["b"] = b };
        if (UrlRules.TryFill(Base, template, values, [], out var url, out _))
        {
            Assert.Equal("api.example.com", url.Host);
            Assert.StartsWith("/v1//evil", url.AbsolutePath, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_value_of_many_segments_is_checked_piece_by_piece()
    {
        Assert.True(Fill("/contents/{id*}", "/src/Main File.cs", out var url, out _));
        Assert.Equal("/v1/contents/src/Main%20File.cs", url!.AbsolutePath);
        Assert.False(Fill("/contents/{id*}", "src/../../secrets", out _, out _));
        Assert.False(Fill("/contents/{id*}", "src//x", out _, out _));
    }

    [Fact]
    public void A_missing_value_is_named()
    {
        Assert.False(UrlRules.TryFill(Base, "/x/{owner}", new Dictionary<string, string>(), [], out _, out var fault));
        Assert.Equal("owner is missing.", fault);
    }

    [Fact]
    public void Query_values_are_encoded_whatever_they_hold()
    {
        Assert.True(UrlRules.TryFill(
            Base, "/x", new Dictionary<string, string>(), [new("q", "a&b=c#d\r\n/../é"), new("k y", "%41")], out var url, out _));
        Assert.Equal("https://api.example.com:8443/v1/x?q=a%26b%3Dc%23d%0D%0A%2F..%2F%C3%A9&k%20y=%2541", url.AbsoluteUri);
    }

    [Theory]
    [InlineData("/repos/o/r?state=open", "/v1/repos/o/r?state=open")]
    [InlineData("repos/o/r", "/v1/repos/o/r")]
    [InlineData("/", "/v1/")]
    [InlineData("/trailing/", "/v1/trailing/")]
    [InlineData("https://api.example.com:8443/v1/x?y=1", "/v1/x?y=1")]
    [InlineData("https://API.example.com:8443/v1/x", "/v1/x")]
    [InlineData("https://api.example.com:8443/v1", "/v1/")]
    [InlineData("/messages:batch", "/v1/messages:batch")]
    [InlineData("/Users('7')/$value", "/v1/Users('7')/$value")]
    [InlineData("/a%20b/%C3%A9", "/v1/a%20b/%C3%A9")]
    [InlineData("/a b?q=c d", "/v1/a%20b?q=c%20d")]
    [InlineData("/x?u=https://evil.test/%2e%2e/", "/v1/x?u=https://evil.test/../")]
    [InlineData("/x?q=100% of [it] ", "/v1/x?q=100%25%20of%20%5Bit%5D%20")]
    [InlineData("/@evil/", "/v1/@evil/")]
    [InlineData("?x=1", "/v1/?x=1")]
    public void A_reference_is_read_below_the_base(string reference, string expected)
    {
        Assert.True(UrlRules.TryResolve(Base, reference, [], out var url, out _));
        Assert.Equal("https://api.example.com:8443" + expected, url.AbsoluteUri);
    }

    [Theory]
    [InlineData("//evil")]
    [InlineData("//evil/v1/x")]
    [InlineData("/\\evil")]
    [InlineData("http://evil/")]
    [InlineData("https://evil/v1/x")]
    [InlineData("https://api.example.com/v1/x")]
    [InlineData("http://api.example.com:8443/v1/x")]
    [InlineData("https://api.example.com:8443@evil/v1/x")]
    [InlineData("https://u@api.example.com:8443/v1/x")]
    [InlineData("https://api.example.com:8443/v10/x")]
    [InlineData("https://api.example.com:8443/V1/x")]
    [InlineData("https://api.example.com:8443/v1/../admin")]
    [InlineData("https://api.example.com:8443/v1/%2e%2e/admin")]
    [InlineData("https://api.example.com:8443/../v1/x")]
    [InlineData("https://api.example.com:8443//v1/x")]
    [InlineData("https://api.example.com:8443/")]
    [InlineData("/../admin")]
    [InlineData("/..%2fadmin")]
    [InlineData("/%2e%2e/admin")]
    [InlineData("/%252e%252e/admin")]
    [InlineData("/..;/admin")]
    [InlineData("/a//b")]
    [InlineData("/a%2fb")]
    [InlineData("/a%5cb")]
    [InlineData("/a\\b")]
    [InlineData("/a%0d%0aHost:%20evil")]
    [InlineData("/a\r\nHost: evil")]
    [InlineData("/a?b\nc")]
    [InlineData("/a#b")]
    [InlineData("/a?b#c")]
    [InlineData("/a%00")]
    [InlineData("/a%c0%afb")]
    [InlineData("/%ff")]
    [InlineData("/a／b")]
    [InlineData("/%EF%BC%8E%EF%BC%8E/x")]
    public void A_reference_that_leads_elsewhere_is_refused(string reference)
    {
        Assert.False(UrlRules.TryResolve(Base, reference, [], out _, out var fault));
        Assert.EndsWith(".", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://ghe.example.com/api/v3", true)]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("https://[::1]:8080/", true)]
    [InlineData("https://bücher.example/", true)]
    [InlineData("ftp://example.com/", false)]
    [InlineData("/relative", false)]
    [InlineData("example.com", false)]
    [InlineData("https://user@example.com/", false)]
    [InlineData("https://user:pw@example.com/", false)]
    [InlineData("https://example.com\\@evil/", false)]
    [InlineData("https://example.com/#x", false)]
    [InlineData("https://example.com./", false)]
    [InlineData("https://[fe80::1%25eth0]/", false)]
    [InlineData("https://example.com/a b", false)]
    [InlineData("https://example.com/\r\nx", false)]
    [InlineData(" https://example.com/", false)]
    [InlineData("https:///example.com/", false)]
    [InlineData("", false)]
    public void A_url_that_somebody_typed_is_plain(string text, bool allowed)
    {
        Assert.Equal(allowed, UrlRules.TryParse(text, out var url, out var fault));
        Assert.Equal(allowed, url is not null);
        Assert.Equal(allowed, fault is null);
    }

    [Fact]
    public void No_value_moves_the_host_or_the_prefix_and_every_accepted_one_arrives_as_it_was()
    {
        var accepted = 0;
        Prop.ForAll(Values, value =>
        {
            if (!Fill("/users/{id}/mail", value, out var url, out _))
            {
                return;
            }

            accepted++;
            Assert.Equal(("https", "api.example.com", 8443, "", ""), (url!.Scheme, url.Host, url.Port, url.UserInfo, url.Fragment));
            var parts = url.AbsolutePath.Split('/');
            Assert.Equal(["", "v1", "users", parts[3], "mail"], parts);
            Assert.Equal(value, Uri.UnescapeDataString(parts[3]));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
        Assert.InRange(accepted, 100, 5000);
    }

    [Fact]
    public void No_reference_moves_the_host_or_the_prefix() => Prop.ForAll(Values, value =>
    {
        if (UrlRules.TryResolve(Base, value, [], out var url, out _))
        {
            Assert.Equal(("https", "api.example.com", 8443, "", ""), (url.Scheme, url.Host, url.Port, url.UserInfo, url.Fragment));
            Assert.StartsWith("/v1/", url.AbsolutePath, StringComparison.Ordinal);
            Assert.DoesNotContain("//", url.AbsolutePath, StringComparison.Ordinal);
            Assert.Equal(url.AbsoluteUri, new Uri(url.AbsoluteUri).AbsoluteUri);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    /// <summary>Text made of the pieces that parsers disagree on, and of anything else.</summary>
    private static Arbitrary<string> Values { get; } = Gen
        .Elements(
            "/", "\\", ".", "..", "%2e", "%2f", "%", "%5c", "@", ":", "://", "?", "#", ";", "&", "=", " ", "\t", "\r\n", "\0",
            "a", "Z", "9", "-", "_", "~", "é", "☃", "💧", "／", "．", "http", "evil", "[", "]", "|", "\"", "<", "+", "api.example.com")
        .Or(ArbMap.Default.GeneratorFor<char>().Select(c => c.ToString()))
        .Or(Gen.Elements("repos", "größe", "42", "a b", "x.y", "100%", "(it's)", "~", "日本"))
        .ListOf()
        .Select(string.Concat)
        .ToArbitrary();

    private static bool Fill(string template, string value, out Uri? url, out string? fault) =>
        UrlRules.TryFill(Base, template, new Dictionary<string, string> { ["id"] = value }, [], out url, out fault);

    /// <summary>Of the tricks, those that are only several good segments.</summary>
    private static bool IsPath(string value) => value is "a/b" or "/etc";
}
