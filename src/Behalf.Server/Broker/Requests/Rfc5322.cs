using System.Net.Mail;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Behalf.Broker.Requests;

/// <summary>Writes a mail message: <c>{"to": […], "cc": […], "bcc": […], "subject": …, "body": …, "html": …}</c>.
/// The provider adds sender, date and message id.</summary>
internal static partial class Rfc5322
{
    private const string NewLine = "\r\n";

    // RFC 2045 §6.8: encoded lines of at most 76 characters, that is 57 bytes.
    private const int BytesPerLine = 57;

    // RFC 2047 §2: an encoded word has at most 75 characters; 12 are frame, and base64 turns 45 bytes into 60.
    private const int BytesPerWord = 45;

    public static JsonValue Write(JsonElement input, Template template)
    {
        var parts = (JsonObject)template.Fill(input)!;
        var message = new StringBuilder();
        AppendAddresses(message, "To", parts["to"]);
        AppendAddresses(message, "Cc", parts["cc"]);
        AppendAddresses(message, "Bcc", parts["bcc"]);
        AppendHeader(message, "Subject", EncodeSubject(SingleLine(ArgumentText.Of(parts["subject"]))));
        AppendHeader(message, "MIME-Version", "1.0");
        var html = parts["html"]?.GetValueKind() is JsonValueKind.True;
        AppendHeader(message, "Content-Type", $"text/{(html ? "html" : "plain")}; charset=utf-8");
        AppendHeader(message, "Content-Transfer-Encoding", "base64");
        message.Append(NewLine);
        foreach (var line in Encoding.UTF8.GetBytes(ArgumentText.Of(parts["body"])).Chunk(BytesPerLine))
        {
            message.Append(Convert.ToBase64String(line)).Append(NewLine);
        }

        return JsonValue.Create(message.ToString());
    }

    private static void AppendAddresses(StringBuilder message, string header, JsonNode? addresses)
    {
        var given = addresses is JsonArray list ? list.Select(ArgumentText.Of) : [ArgumentText.Of(addresses)];
        var written = given
            .Where(address => address.Length > 0)
            .Select(WriteAddress)
            .ToArray();
        if (written.Length > 0)
        {
            // Folded so that no line is long (RFC 5322 §2.1.1).
            AppendHeader(message, header, string.Join("," + NewLine + " ", written));
        }
    }

    /// <summary>An address is parsed and written anew: what a model sends can add no header and no second
    /// recipient.</summary>
    private static string WriteAddress(string text)
    {
        // The library's own parser takes the last of several addresses, hence the form is checked first.
        var form = OneAddress().Match(text);
        var address = form.Groups["address"].Value;
        if (!form.Success || !Ascii.IsValid(address)
            || !MailAddress.TryCreate(address, out var parsed) || parsed.Address != address)
        {
            throw new ToolArgumentException(
                "", $"'{SingleLine(text)}' is not one mail address such as ada@example.org.");
        }

        var name = SingleLine(form.Groups["name"].Value.Trim().Trim('"'));
        return name.Length is 0 ? address : $"{EncodeName(name)} <{address}>";
    }

    /// <summary>Plain words stay; anything else is an encoded word, which needs no quoting (RFC 2047 §5).</summary>
    private static string EncodeName(string name) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-') && name.Length < 60 ? name : EncodeWords(name);

    private static string EncodeSubject(string text) =>
        text.All(c => c is >= ' ' and <= '~') && !text.Contains("=?", StringComparison.Ordinal) && text.Length < 900
            ? text
            : EncodeWords(text);

    private static string EncodeWords(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Encoding.UTF8.GetByteCount(word.ToString()) + rune.Utf8SequenceLength > BytesPerWord)
            {
                words.Add(EncodeWord(word.ToString()));
                word.Clear();
            }

            word.Append(rune);
        }

        words.Add(EncodeWord(word.ToString()));
        return string.Join(NewLine + " ", words);
    }

    private static string EncodeWord(string text) =>
        $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}?=";

    private static string SingleLine(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();

    private static void AppendHeader(StringBuilder message, string name, string value) =>
        message.Append(name).Append(": ").Append(value).Append(NewLine);

    [GeneratedRegex(@"^\s*(?:(?<name>[^<>]*)<(?<address>[^<>\s,;]+)>|(?<address>[^<>\s,;]+))\s*\z")]
    private static partial Regex OneAddress();
}
