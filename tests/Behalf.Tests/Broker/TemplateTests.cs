using System.Buffers.Text;
using System.Net.Mail;
using System.Text;
using System.Text.Json;
using Behalf.Broker.Requests;
using FsCheck;
using FsCheck.Fluent;

namespace Behalf.Tests.Broker;

/// <summary>The functions of the template language.</summary>
public sealed class TemplateTests
{
    [Theory]
    [InlineData("""{ "$first": ["{none}", "{b}", "{a}"] }""", "\"x\"")]
    [InlineData("""{ "$if": { "has": "a", "then": "yes", "else": "no" } }""", "\"yes\"")]
    [InlineData("""{ "$if": { "has": "none", "then": "yes", "else": "no" } }""", "\"no\"")]
    [InlineData("""{ "$join": { "with": " ", "of": ["{b}", "{none}", "{list}", "!"] } }""", "\"x 1 2 !\"")]
    [InlineData("""{ "$list": ["{b}", "{none}", "{list}"] }""", "[\"x\",1,2]")]
    [InlineData("""{ "$unix": "{date}" }""", "1769850000")]
    [InlineData("""{ "$rfc3339": "{date}" }""", "\"2026-01-31T09:00:00Z\"")]
    [InlineData("""{ "$rfc3339": "2026-01-31" }""", "\"2026-01-31T00:00:00Z\"")]
    [InlineData("""{ "$base64url": "{b}" }""", "\"eA\"")]
    [InlineData("""{ "deep": ["{a}", "{none}", { "x": "{none}" }], "text": "{a} and {b}" }""", "{\"deep\":[true,{}],\"text\":\"{a} and {b}\"}")]
    public void Functions_and_places_are_filled_in(string template, string expected) =>
        Assert.Equal($"{{\"v\":{expected}}}", Fill(template));

    [Theory]
    [InlineData("""{ "$first": ["{none}"] }""")]
    [InlineData("""{ "$if": { "has": "none", "then": "yes" } }""")]
    [InlineData("""{ "$join": { "with": ",", "of": ["{none}"] } }""")]
    [InlineData("""{ "$list": ["{none}"] }""")]
    [InlineData("""{ "$unix": "{none}" }""")]
    [InlineData("""{ "$base64url": "{none}" }""")]
    [InlineData("\"{none}\"")]
    public void What_depends_on_an_absent_argument_is_absent(string template) => Assert.Equal("{}", Fill(template));

    [Fact]
    public void A_time_that_is_none_is_refused() =>
        Assert.Throws<ToolArgumentException>(() => Fill("""{ "$unix": "tomorrow-ish" }"""));

    [Theory]
    [InlineData("ada@example.org", "ada@example.org")]
    [InlineData("Ada Lovelace <ada@example.org>", "Ada Lovelace <ada@example.org>")]
    [InlineData("\"Lovelace, Ada\" <ada@example.org>", "=?utf-8?B?TG92ZWxhY2UsIEFkYQ==?= <ada@example.org>")]
    [InlineData("Ädä <ada@example.org>", "=?utf-8?B?w4Rkw6Q=?= <ada@example.org>")]
    public void Addresses_are_written_anew(string address, string expected) =>
        Assert.Equal($"To: {expected}", Mail(address, "s").Split("\r\n")[0]);

    [Theory]
    [InlineData("ada@example.org, eve@example.org")]
    [InlineData("ada@example.org\r\nBcc: eve@example.org")]
    [InlineData("ada")]
    [InlineData("ada@exämple.org")]
    [InlineData("<ada@example.org> eve@example.org")]
    [InlineData("Eve <eve@example.org>, Ada <ada@example.org>")]
    [InlineData("eve@example.org;ada@example.org")]
    public void What_is_not_one_address_is_refused(string address) =>
        Assert.Throws<ToolArgumentException>(() => Mail(address, "s"));

    /// <summary>Whatever a model writes into subject and name: the message has the headers it should have, no line is
    /// too long, and the subject reads back.</summary>
    [Fact]
    public void No_subject_and_no_name_can_add_a_header() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<NonNull<string>>(),
        ArbMap.Default.ArbFor<NonNull<string>>(),
        (subject, name) =>
        {
            string mail;
            try
            {
                mail = Mail($"{name.Get} <ada@example.org>", subject.Get);
            }
            catch (ToolArgumentException)
            {
                return true;
            }

            var head = mail[..mail.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
            var headers = head.Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n").Select(line => line.Split(':')[0]);
            return headers.SequenceEqual(["To", "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"])
                && head.Split("\r\n").All(line => line.Length < 998)
                && head.All(char.IsAscii);
        }));

    [Fact]
    public void A_long_subject_in_any_script_is_cut_between_letters()
    {
        var subject = string.Concat(Enumerable.Repeat("日本語🎉", 20));
        var line = Mail("ada@example.org", subject).Replace("\r\n ", "", StringComparison.Ordinal).Split("\r\n")[1];
        var words = line["Subject: ".Length..].Split("=?utf-8?B?", StringSplitOptions.RemoveEmptyEntries).Select(word => word[..^2]);
        Assert.All(words, word => Assert.InRange(word.Length, 1, 63));
        Assert.Equal(subject, string.Concat(words.Select(word => Encoding.UTF8.GetString(Convert.FromBase64String(word)))));
    }

    private static string Mail(string to, string subject)
    {
        var arguments = JsonSerializer.Serialize(new { to, subject });
        using var body = JsonDocument.Parse(RequestBuilderTests.Text(RequestBuilderTests.Build(
            """{ "method": "POST", "path": "/x", "body": { "raw": { "$base64url": { "$rfc5322": { "to": "{to}", "subject": "{subject}", "body": "hi" } } } } }""",
            "to,subject", arguments)));
        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(body.RootElement.GetProperty("raw").GetString()));
    }

    private static string Fill(string template) => RequestBuilderTests.Text(RequestBuilderTests.Build(
        $$"""{ "method": "POST", "path": "/x", "body": { "v": {{template}} } }""", "a,b,list,date,none",
        """{ "a": true, "b": "x", "list": [1, 2], "date": "2026-01-31T10:00:00+01:00" }"""));
}
