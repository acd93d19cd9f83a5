using System.Security.Cryptography;
using System.Text.Json;

namespace Behalf.Keys.Transit;

/// <summary>Reads the few members of answers that are asked for.</summary>
internal static class TransitJson
{
    /// <exception cref="KeyProviderException">It is no JSON object.</exception>
    public static JsonElement? Find(TransitAnswer answer, string part, string member)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body.Memory);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty(part, out var found) && found.ValueKind == JsonValueKind.Object
                && found.TryGetProperty(member, out var value)
                    ? value.Clone()
                    : null;
        }
        catch (JsonException)
        {
            throw TransitFaults.Unreadable();
        }
    }

    public static string? FindText(TransitAnswer answer, string part, string member) =>
        Find(answer, part, member) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>The unwrapped key, with no copy of it left in the parser.</summary>
    /// <exception cref="KeyProviderException">There is none.</exception>
    public static SecretBuffer Plaintext(TransitAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body.Memory);
            var key = document.RootElement.GetProperty("data").GetProperty("plaintext").GetBytesFromBase64();
            var buffer = SecretBuffer.CopyOf(key);
            CryptographicOperations.ZeroMemory(key);
            return buffer.Length is > 0 and <= IKeyProvider.MaxKeyLength ? buffer : throw TransitFaults.Unreadable();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw TransitFaults.Unreadable();
        }
    }
}
