using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Catalog;

namespace Behalf.Broker.Requests;

/// <summary>Writes a request body.</summary>
internal static class BodyWriter
{
    public const string JsonType = "application/json; charset=utf-8";
    public const string FormType = "application/x-www-form-urlencoded";

    /// <summary>The body is not put into HTML: letters of all languages stay letters.</summary>
    public static JsonSerializerOptions Json { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] WriteJson(JsonNode? body) => JsonSerializer.SerializeToUtf8Bytes(body, Json);

    /// <summary>As the URL standard's serializer of <c>application/x-www-form-urlencoded</c> does: a space is a
    /// plus.</summary>
    public static byte[] WriteForm(JsonObject body, Func<string, ListStyle> style)
    {
        var pairs = body.SelectMany(member => ArgumentText.Pairs(member.Key, member.Value, style(member.Key)));
        var form = pairs.Select(pair => $"{Escape(pair.Key)}={Escape(pair.Value)}");
        return Encoding.ASCII.GetBytes(string.Join('&', form));
    }

    private static string Escape(string text) =>
        Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}
