using System.Text.Json;

namespace Behalf.Catalog;

/// <summary>Skims a <c>tools.json</c>: notes what each tool is called and where it stands, and passes over the
/// rest.</summary>
internal static class ToolIndex
{
    public static IReadOnlyList<ToolEntry> Skim(Toolkit toolkit, string file, ReadOnlyMemory<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            ToToolList(ref reader, file);
            var entries = new List<ToolEntry>();
            while (reader.Read() && reader.TokenType is JsonTokenType.StartObject)
            {
                var start = (int)reader.TokenStartIndex;
                var head = ReadHead(ref reader);
                entries.Add(new ToolEntry(toolkit, file, json[start..(int)reader.BytesConsumed])
                {
                    Slug = head.Slug ?? throw new CatalogException($"{file}: tool {entries.Count} has no slug."),
                    Aliases = head.Aliases,
                    Tags = head.Tags,
                    Important = head.Important,
                    Deprecated = head.Deprecated,
                    ReadOnly = head.ReadOnly,
                });
            }

            return entries;
        }
        catch (JsonException e)
        {
            throw new CatalogException($"{file} is not JSON: {e.Message}", e);
        }
    }

    private static void ToToolList(ref Utf8JsonReader reader, string file)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("tools"u8);
            reader.Read();
            if (found && reader.TokenType is JsonTokenType.StartArray)
            {
                return;
            }

            reader.Skip();
        }

        throw new CatalogException($"{file} has no list called tools.");
    }

    private static Head ReadHead(ref Utf8JsonReader reader)
    {
        var head = new Head();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("slug"u8))
            {
                reader.Read();
                head.Slug = reader.GetString();
            }
            else if (reader.ValueTextEquals("aliases"u8))
            {
                head.Aliases = ReadStrings(ref reader);
            }
            else if (reader.ValueTextEquals("tags"u8))
            {
                head.Tags = ReadStrings(ref reader);
            }
            else if (reader.ValueTextEquals("important"u8))
            {
                reader.Read();
                head.Important = reader.TokenType is JsonTokenType.True;
            }
            else if (reader.ValueTextEquals("deprecated"u8))
            {
                head.Deprecated = true;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("hints"u8))
            {
                head.ReadOnly = ReadReadOnly(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return head;
    }

    private static string[] ReadStrings(ref Utf8JsonReader reader)
    {
        reader.Read();
        var list = new List<string>();
        while (reader.Read() && reader.TokenType is JsonTokenType.String)
        {
            list.Add(reader.GetString()!);
        }

        return [.. list];
    }

    private static bool ReadReadOnly(ref Utf8JsonReader reader)
    {
        reader.Read();
        var readOnly = false;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("readOnly"u8);
            reader.Read();
            readOnly |= found && reader.TokenType is JsonTokenType.True;
        }

        return readOnly;
    }

    private struct Head
    {
        public Head()
        {
        }

        public string? Slug;
        public IReadOnlyList<string> Aliases = [];
        public IReadOnlyList<string> Tags = [];
        public bool Important;
        public bool Deprecated;
        public bool ReadOnly;
    }
}
