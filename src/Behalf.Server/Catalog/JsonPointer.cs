using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Behalf.Catalog;

/// <summary>RFC 6901.</summary>
internal static class JsonPointer
{
    /// <summary>The value that the pointer names; null where there is none.</summary>
    public static JsonElement? At(this JsonElement root, string pointer)
    {
        foreach (var step in Steps(pointer))
        {
            if (root.ValueKind is JsonValueKind.Object && root.TryGetProperty(step, out var member))
            {
                root = member;
            }
            else if (root.ValueKind is JsonValueKind.Array && Index(step) is { } index && index < root.GetArrayLength())
            {
                root = root[index];
            }
            else
            {
                return null;
            }
        }

        return root;
    }

    /// <summary>The value that the pointer names; null where there is none, or where it is null.</summary>
    public static JsonNode? At(this JsonNode? root, string pointer)
    {
        foreach (var step in Steps(pointer))
        {
            root = root switch
            {
                JsonObject members => members[step],
                JsonArray items when Index(step) is { } index && index < items.Count => items[index],
                _ => null,
            };
        }

        return root;
    }

    private static IEnumerable<string> Steps(string pointer) =>
        pointer.Length is 0
            ? []
            : pointer[1..].Split('/').Select(step => step
                .Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));

    /// <summary>RFC 6901 §4: no leading zeros.</summary>
    private static int? Index(string step) =>
        (step is "0" || !step.StartsWith('0'))
        && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : null;
}
