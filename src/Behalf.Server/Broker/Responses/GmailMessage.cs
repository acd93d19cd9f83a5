using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Behalf.Broker.Responses;

/// <summary>Reads a message as Gmail's API gives it (a tree of MIME parts, bodies in base64url) into what a person
/// would see of it.</summary>
internal static partial class GmailMessage
{
    public static JsonObject Read(JsonObject message)
    {
        var read = new JsonObject();
        Put(read, "messageId", message["id"]?.DeepClone());
        Put(read, "threadId", message["threadId"]?.DeepClone());
        Put(read, "labelIds", message["labelIds"]?.DeepClone());
        Put(read, "preview", message["snippet"] is { } snippet ? WebUtility.HtmlDecode(snippet.ToString()) : null);
        Put(read, "messageTimestamp", Time(message["internalDate"]?.ToString()));
        if (message["payload"] is not JsonObject payload)
        {
            return read;
        }

        Put(read, "subject", Header(payload, "Subject"));
        Put(read, "sender", Header(payload, "From"));
        Put(read, "to", Header(payload, "To"));
        Put(read, "cc", Header(payload, "Cc"));
        Put(read, "messageText", Text(payload));
        read["attachmentList"] = Attachments(payload);
        return read;
    }

    private static void Put(JsonObject read, string name, JsonNode? value)
    {
        if (value is not null)
        {
            read[name] = value;
        }
    }

    private static string? Header(JsonObject payload, string name) =>
        (payload["headers"] as JsonArray)?
            .FirstOrDefault(header =>
                string.Equals(header?["name"]?.ToString(), name, StringComparison.OrdinalIgnoreCase))?
            ["value"]?.ToString();

    private static string? Time(string? milliseconds) =>
        long.TryParse(milliseconds, out var time) && time is >= 0 and < 253_402_300_800_000
            ? DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null)
            : null;

    /// <summary>The plain part if there is one, else the HTML part without its markup.</summary>
    private static string? Text(JsonObject payload)
    {
        var texts = Parts(payload).Where(part => !IsAttachment(part)).ToArray();
        return BodyOf(texts, "text/plain") ?? (BodyOf(texts, "text/html") is { } html ? WithoutMarkup(html) : null);
    }

    private static string? BodyOf(JsonObject[] parts, string type) =>
        Array.Find(parts, part => part["mimeType"]?.ToString() == type) is { } part ? Body(part) : null;

    private static JsonArray Attachments(JsonObject payload) =>
    [
        .. Parts(payload).Where(IsAttachment).Select(part => new JsonObject
        {
            ["filename"] = part["filename"]?.ToString(),
            ["mimeType"] = part["mimeType"]?.ToString(),
            ["attachmentId"] = part["body"]?["attachmentId"]?.ToString(),
        }),
    ];

    private static bool IsAttachment(JsonObject part) => part["filename"]?.ToString() is { Length: > 0 };

    private static IEnumerable<JsonObject> Parts(JsonObject part) =>
        (part["parts"] as JsonArray ?? []).OfType<JsonObject>().SelectMany(Parts).Prepend(part);

    private static string? Body(JsonObject part)
    {
        var data = part["body"]?["data"]?.ToString();
        try
        {
            return string.IsNullOrEmpty(data)
                ? null
                : Encoding.UTF8.GetString(Base64Url.DecodeFromChars(data.TrimEnd('=')));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string WithoutMarkup(string html)
    {
        var text = Invisible().Replace(html, "");
        text = LineEnd().Replace(text, "\n");
        text = WebUtility.HtmlDecode(Tag().Replace(text, ""));
        return BlankLines().Replace(text, "\n\n").Trim();
    }

    // NonBacktracking: linear in what a stranger mailed.
    [GeneratedRegex(@"<script\b.*?</script\s*>|<style\b.*?</style\s*>|<head\b.*?</head\s*>|<!--.*?-->",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Invisible();

    [GeneratedRegex(@"<br\s*/?>|</(p|div|tr|li|h[1-6])\s*>", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex LineEnd();

    [GeneratedRegex(@"<[^>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();

    [GeneratedRegex(@"[ \t\r]*\n(?:[ \t\r]*\n)+", RegexOptions.NonBacktracking)]
    private static partial Regex BlankLines();
}
