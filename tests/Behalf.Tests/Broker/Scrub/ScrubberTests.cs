using System.Net;
using System.Text;
using System.Text.Json;
using Behalf.Broker.Scrub;

namespace Behalf.Tests.Broker.Scrub;

/// <summary>Whatever a provider echoes, and however, the model does not see the call's secrets.</summary>
public sealed class ScrubberTests
{
    private const string Token = "gho_16C7e42F292c6912E7710c838347Ae178B4a";
    private const string Awkward = "p+ss/w=rd \"with\\all\" <of> it & 100%";

    public static TheoryData<string, string, string> Escaped
    {
        get
        {
            var all = new TheoryData<string, string, string>();
            foreach (var secret in new[] { Token, Awkward, "ünïcödé-💧-sécret" })
            {
                foreach (var outer in Encodings.Escapings.Keys)
                {
                    foreach (var inner in Encodings.Escapings.Keys)
                    {
                        all.Add(secret, outer, inner);
                    }
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Escaped))]
    public void A_secret_is_found_however_it_is_escaped_twice(string secret, string outer, string inner)
    {
        var echoed = Encodings.Escapings[outer](Encodings.Escapings[inner](secret));
        Assert.Equal("{\"you sent\":\"[redacted]\"}", Scrub($"{{\"you sent\":\"{echoed}\"}}", secret));
    }

    [Theory]
    [InlineData(Token)]
    [InlineData(Awkward)]
    public void A_secret_is_found_in_hexadecimal(string secret)
    {
        Assert.Equal("0x[redacted]", Scrub("0x" + Encodings.Digits["hex"](secret), secret));
        Assert.Equal("0x[redacted]", Scrub("0x" + Encodings.Digits["HEX"](secret), secret));
    }

    [Theory]
    [InlineData(Token, "")]
    [InlineData(Token, "x")]
    [InlineData(Token, "xy")]
    [InlineData(Token, "xyz")]
    [InlineData(Awkward, "")]
    [InlineData(Awkward, "x")]
    [InlineData(Awkward, "xy")]
    [InlineData("\u00ff\u00fe\u00ffÿþÿþ>>>???", "x")]
    [InlineData("12345678", "x")]
    [InlineData("12345678", "xy")]
    public void A_secret_is_found_in_base64_at_every_offset(string secret, string before)
    {
        foreach (var after in new[] { "", "1", "12", "123" })
        {
            foreach (var forUrls in new[] { false, true })
            {
                var (whole, inner) = Encodings.Base64(Encoding.UTF8.GetBytes(before), secret, Encoding.UTF8.GetBytes(after), forUrls);
                var scrubbed = Scrub($"<b>{whole}</b>", secret);
                Assert.Contains("[redacted]", scrubbed, StringComparison.Ordinal);
                Assert.DoesNotContain(inner, scrubbed, StringComparison.Ordinal);

                // Nothing of the secret is left in the groups that it shares with its neighbours.
                Assert.InRange(scrubbed.Length - "<b>[redacted]</b>".Length, 0, 4 + 4 + "==".Length);
            }
        }
    }

    [Fact]
    public void The_header_of_a_basic_credential_is_found()
    {
        const string Pair = "client-id:client-secret";
        var header = Convert.ToBase64String(Encoding.UTF8.GetBytes(Pair));
        var scrubbed = Scrub($"{{\"authorization\":\"Basic {header}\"}}", Pair, "client-secret");
        Assert.Equal("{\"authorization\":\"Basic [redacted]\"}", scrubbed);
    }

    [Fact]
    public void A_secret_is_found_in_a_json_document_in_base64_in_a_json_document()
    {
        foreach (var secret in new[] { Token, Awkward })
        {
            var inner = $"{{\"config\":{{\"token\":\"{Encodings.Escapings["json, relaxed"](secret)}\"}}}}";
            var scrubbed = Scrub($"{{\"content\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(inner))}\"}}", secret);
            Assert.StartsWith("{\"content\":\"eyJjb25maWciOnsidG9rZW4iOi[redacted]", scrubbed, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\n", 60)]
    [InlineData("\r\n", 76)]
    [InlineData("\\n", 60)]
    [InlineData("\\r\\n", 64)]
    [InlineData("\\u000a", 16)]
    public void A_secret_is_found_in_base64_that_is_broken_into_lines(string lineBreak, int width)
    {
        for (var before = 40; before < 120; before++)
        {
            var whole = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('x', before) + Token + new string('y', 100)));
            var lines = string.Join(lineBreak, whole.Chunk(width).Select(line => new string(line)));
            var scrubbed = Scrub($"{{\"content\":\"{lines}\"}}", Token);
            var text = scrubbed.Replace(lineBreak, "", StringComparison.Ordinal);
            Assert.Matches(@"eHh4eHh4[A-Za-z0-9+/=]*\[redacted\][A-Za-z0-9+/=]*eXl5eXl5", text);
            Assert.True(text.Length < whole.Length, "The find is as long as the secret.");
        }
    }

    [Fact]
    public void A_secret_of_several_lines_is_found()
    {
        const string Pem = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\nAgEGCCqGSM49AwEHBG0w\n-----END PRIVATE KEY-----\n";
        Assert.Equal("{\"key\":\"[redacted]\"}", Scrub(JsonSerializer.Serialize(new { key = Pem }), Pem));
        Assert.Equal("key: [redacted]", Scrub("key: " + Pem, Pem));
    }

    [Fact]
    public void A_secret_is_found_in_base64_whose_slashes_are_escaped()
    {
        var secret = "???>>>???>>>ÿÿÿ";
        var whole = Convert.ToBase64String(Encoding.UTF8.GetBytes("abc" + secret + "abc"));
        var inJson = whole.Replace("/", "\\/", StringComparison.Ordinal);
        Assert.Equal("{\"a\":\"YWJj[redacted]YWJj\"}", Scrub($"{{\"a\":\"{inJson}\"}}", secret));
        Assert.Equal("a=YWJj[redacted]YWJj", Scrub($"a={Uri.EscapeDataString(whole)}", secret));
    }

    [Theory]
    [InlineData("<h1>401</h1><p>Token TOKEN is not valid.</p>", "<h1>401</h1><p>Token [redacted] is not valid.</p>")]
    [InlineData("https://x.test/cb?access_token=TOKEN#f", "https://x.test/cb?access_token=[redacted]#f")]
    [InlineData("TOKENTOKEN", "[redacted]")]
    [InlineData("TOKEN TOKEN", "[redacted] [redacted]")]
    [InlineData("TOKEN", "[redacted]")]
    [InlineData("\\TOKEN%TOKEN&TOKEN", "\\[redacted]%[redacted]&[redacted]")]
    public void A_secret_is_found_wherever_it_stands(string template, string expected) =>
        Assert.Equal(expected, Scrub(template.Replace("TOKEN", Token, StringComparison.Ordinal), Token));

    [Fact]
    public void Finds_are_counted_and_overlapping_ones_are_one()
    {
        var scrubber = new Scrubber([new(Token), new(Token[4..]), new(Token)]);
        var (body, finds) = scrubber.Scrub(Encoding.UTF8.GetBytes($"[\"{Token}\",\"{Token[4..]}\",\"other\"]"), truncated: false);
        Assert.Equal(2, finds);
        Assert.Equal("[\"[redacted]\",\"[redacted]\",\"other\"]", Encoding.UTF8.GetString(body.Span));
    }

    [Theory]
    [InlineData("{\"pin\":\"1234\",\"t\":\"the 1234\"}", "{\"pin\":\"[redacted]\",\"t\":\"the 1234\"}")]
    [InlineData("{\"id\":\"12345\",\"n\":1234}", "{\"id\":\"12345\",\"n\":1234}")]
    [InlineData("1234", "[redacted]")]
    [InlineData("1234\n", "1234\n")]
    public void A_short_secret_is_one_only_as_a_whole_value(string body, string expected) =>
        Assert.Equal(expected, Scrub(body, "1234"));

    [Fact]
    public void Seven_bytes_are_short_and_eight_are_not()
    {
        Assert.Equal("x1234567x", Scrub("x1234567x", "1234567"));
        Assert.Equal("x[redacted]x", Scrub("x12345678x", "12345678"));
    }

    [Fact]
    public void A_letter_is_no_secret_and_neither_is_nothing() =>
        Assert.Equal("{\"a\":\"X\",\"b\":\"\",\"c\":\"abc\"}", Scrub("{\"a\":\"X\",\"b\":\"\",\"c\":\"abc\"}", "X", "", "abc"));

    [Fact]
    public void A_body_without_secrets_is_the_same_memory()
    {
        ReadOnlyMemory<byte> body = Encoding.UTF8.GetBytes("{\"a\":\"b\\/c\\n\",\"u\":\"https://x.test/?a=%2F&amp;b\"}");
        var scrubbed = new Scrubber([new(Token), new(Awkward), new("1234")]).Scrub(body, truncated: false);
        Assert.Equal((body, 0), (scrubbed.Bytes, scrubbed.Finds));
        const string Text = "application/json";
        Assert.Same(Text, new Scrubber([new(Token)]).Scrub(Text).Text);
    }

    [Fact]
    public void Header_values_are_scrubbed_as_text()
    {
        var scrubber = new Scrubber([new(Token)]);
        Assert.Equal(
            new ScrubbedText("https://x.test/?t=[redacted]&u=é", 1),
            scrubber.Scrub($"https://x.test/?t={WebUtility.UrlEncode(Token)}&u=é"));
    }

    public static TheoryData<string, string> Forms
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var form in Encodings.Escapings.Keys.Concat(Encodings.Digits.Keys))
            {
                all.Add(Token, form);
                all.Add(Awkward, form);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_beginning_of_a_secret_at_the_end_of_a_body_that_was_cut_off_is_taken_out(string secret, string form)
    {
        const string Before = "{\"token\": \"";
        var encode = Encodings.Escapings.GetValueOrDefault(form) ?? Encodings.Digits[form];
        var whole = Before + encode(secret);
        for (var cut = Before.Length; cut <= whole.Length; cut++)
        {
            var scrubbed = new Scrubber([new(secret)]).Scrub(Encoding.UTF8.GetBytes(whole[..cut]), truncated: true);
            var left = Encoding.UTF8.GetString(scrubbed.Bytes.Span)[Before.Length..].Replace("[redacted]", "", StringComparison.Ordinal);

            // Three characters may stay, in an escape of six each, and what there is of a fourth.
            Assert.InRange(left.Length, 0, (3 * 6) + 5);
        }
    }

    [Fact]
    public void A_body_that_was_not_cut_off_may_end_like_a_secret_begins() =>
        Assert.Equal("see gho_16C7e", Scrub("see gho_16C7e", Token));

    [Fact]
    public void A_body_made_to_be_slow_is_taken_out_as_a_whole()
    {
        var slow = string.Concat(Enumerable.Repeat("\\/", 100_000));
        Assert.Equal("[redacted]", Scrub(slow, new string('/', 4000) + "b"));
    }

    private static string Scrub(string body, params string[] secrets)
    {
        var scrubber = new Scrubber(secrets.Select(secret => new Secret(secret)));
        var scrubbed = scrubber.Scrub(Encoding.UTF8.GetBytes(body), truncated: false);
        var text = Encoding.UTF8.GetString(scrubbed.Bytes.Span);
        Assert.Equal(text != body, scrubbed.Finds > 0);
        return text;
    }
}
