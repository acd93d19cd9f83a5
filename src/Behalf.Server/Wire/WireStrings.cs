using System.Text.Json;
using System.Text.Json.Serialization;

namespace Behalf.Wire;

/// <summary>Strings of request bodies. U+0000 is refused at the door: one database takes it as text, the other does not.</summary>
internal sealed class WireStrings : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException();
        }

        var text = reader.GetString();
        return text is null || !text.Contains('\0') ? text : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
