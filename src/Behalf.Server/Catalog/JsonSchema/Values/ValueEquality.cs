using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>Equality as JSON Schema has it: by value, so that 1 equals 1.0 and the order of
/// properties says nothing.</summary>
internal sealed class ValueEquality : IEqualityComparer<JsonElement>
{
    public static readonly ValueEquality Comparer = new();

    private ValueEquality()
    {
    }

    public bool Equals(JsonElement left, JsonElement right) =>
        left.ValueKind == right.ValueKind && left.ValueKind switch
        {
            JsonValueKind.Number => JsonNumber.Of(left).CompareTo(JsonNumber.Of(right)) == 0,
            JsonValueKind.String => SameText(left, right),
            JsonValueKind.Array => SameItems(left, right),
            JsonValueKind.Object => SameProperties(left, right),
            _ => true,
        };

    public int GetHashCode(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => JsonNumber.Of(value).ValueHash(),
        JsonValueKind.String => HashOfText(value),
        JsonValueKind.Array => HashOfItems(value),
        JsonValueKind.Object => HashOfProperties(value),
        var kind => (int)kind,
    };

    private static bool SameText(JsonElement left, JsonElement right)
    {
        using var other = JsonText.Of(right, stackalloc char[JsonText.Scratch]);
        return left.ValueEquals(other.Chars);
    }

    private bool SameItems(JsonElement left, JsonElement right)
    {
        if (left.GetArrayLength() != right.GetArrayLength())
        {
            return false;
        }

        var others = right.EnumerateArray();
        foreach (var item in left.EnumerateArray())
        {
            others.MoveNext();
            if (!Equals(item, others.Current))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Mostly both sides list their properties in one order; where they do not,
    /// a table is made of one.</summary>
    private bool SameProperties(JsonElement left, JsonElement right)
    {
        if (left.GetPropertyCount() != right.GetPropertyCount())
        {
            return false;
        }

        var others = right.EnumerateObject();
        foreach (var property in left.EnumerateObject())
        {
            others.MoveNext();
            if (!SameName(property, others.Current))
            {
                return SameInAnyOrder(left, right);
            }

            if (!Equals(property.Value, others.Current.Value))
            {
                return false;
            }
        }

        return true;
    }

    private bool SameInAnyOrder(JsonElement left, JsonElement right)
    {
        var (mine, theirs) = (TableOf(left), TableOf(right));
        return mine.Count == theirs.Count
            && mine.All(pair => theirs.TryGetValue(pair.Key, out var other) && Equals(pair.Value, other));
    }

    private static Dictionary<string, JsonElement> TableOf(JsonElement value)
    {
        var table = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            table[property.Name] = property.Value;
        }

        return table;
    }

    private static bool SameName(JsonProperty left, JsonProperty right)
    {
        using var other = JsonText.OfName(right, stackalloc char[JsonText.Scratch]);
        return left.NameEquals(other.Chars);
    }

    private static int HashOfText(JsonElement value)
    {
        using var text = JsonText.Of(value, stackalloc char[JsonText.Scratch]);
        return string.GetHashCode(text.Chars);
    }

    private int HashOfItems(JsonElement value)
    {
        var hash = default(HashCode);
        foreach (var item in value.EnumerateArray())
        {
            hash.Add(GetHashCode(item));
        }

        return hash.ToHashCode();
    }

    private int HashOfProperties(JsonElement value)
    {
        var hash = 0;
        foreach (var (name, element) in TableOf(value))
        {
            hash ^= HashCode.Combine(name, GetHashCode(element));
        }

        return hash;
    }
}
