using System.Text;
using System.Text.Json;
using Behalf.Broker.Responses;
using Behalf.Broker.Wire;
using Behalf.Wire;

namespace Behalf.Broker.Calls;

/// <summary>What a proxy request carries to the provider and what of the answer is shown: both as they are.</summary>
internal static class ProxyContent
{
    private const int MostBinaryBytes = 4 * 1024 * 1024;

    public static (byte[] Content, string? Type) Of(ProxyRequest body)
    {
        if (body.BinaryBody is { } binary)
        {
            if (binary.Url is not null || binary.Base64 is null || binary.Base64.Length > MostBinaryBytes / 3 * 4 + 4)
            {
                throw new Problem(Refusal.InvalidRequest, "binary_body takes base64 of at most 4 MB; a url is not fetched.");
            }

            try
            {
                return (Convert.FromBase64String(binary.Base64), WireText.Optional(binary.ContentType, "content_type", 200) ?? "application/octet-stream");
            }
            catch (FormatException)
            {
                throw new Problem(Refusal.InvalidRequest, "binary_body.base64 is not base64.");
            }
        }

        return body.Body is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } json
            ? (Encoding.UTF8.GetBytes(json.GetRawText()), "application/json")
            : ([], null);
    }

    public static ProxyAnswer Show(UpstreamAnswer answer)
    {
        JsonElement? data;
        try
        {
            data = answer.Body.IsEmpty ? null : answer.Truncated ? Text(answer) : JsonElement.Parse(answer.Body.Span);
        }
        catch (JsonException)
        {
            data = Text(answer);
        }

        return new ProxyAnswer { Data = data, Status = answer.Status, Headers = answer.Headers, Memory = answer.Memory };
    }

    private static JsonElement Text(UpstreamAnswer answer) =>
        JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(answer.Body.Span), BrokerJson.Default.String);
}
