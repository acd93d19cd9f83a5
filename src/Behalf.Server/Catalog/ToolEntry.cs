using System.Text.Json;

namespace Behalf.Catalog;

/// <summary>A tool as the index knows it: enough to find and filter. The definition is read on first use, so that a
/// large catalogue costs a start nothing but the bytes of its files.</summary>
internal sealed class ToolEntry(Toolkit toolkit, string file, ReadOnlyMemory<byte> json)
{
    private Tool? _definition;

    public required string Slug { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required bool Important { get; init; }

    public required bool Deprecated { get; init; }

    public required bool ReadOnly { get; init; }

    public Toolkit Toolkit => toolkit;

    /// <summary>Two callers at once may both parse; the results are equal and one of them stays.</summary>
    public Tool Definition => _definition ??= Parse();

    /// <summary>The words to search in, without the rest of the definition.</summary>
    public (string Name, string Description, string When) Text()
    {
        string name = "", description = "", when = "";
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var member = reader.ValueTextEquals("name"u8) ? 1
                : reader.ValueTextEquals("description"u8) ? 2
                : reader.ValueTextEquals("when"u8) ? 3 : 0;
            reader.Read();
            switch (member)
            {
                case 1: name = reader.GetString() ?? ""; break;
                case 2: description = reader.GetString() ?? ""; break;
                case 3: when = reader.GetString() ?? ""; break;
                default: reader.Skip(); break;
            }
        }

        return (name, description, when);
    }

    private Tool Parse()
    {
        try
        {
            var tool = JsonSerializer.Deserialize<Tool>(json.Span, CatalogJson.Options)!;
            return tool with { Toolkit = toolkit.Slug, Version = toolkit.Version };
        }
        catch (JsonException e)
        {
            throw new CatalogException($"{file}: the tool {Slug} is not a tool definition: {e.Message}", e);
        }
    }
}
