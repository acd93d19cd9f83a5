using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Behalf.Catalog;

/// <summary>A URL, or a host, in which <c>{name}</c> stands for one of the connection's variables.</summary>
[JsonConverter(typeof(UrlTemplateConverter))]
internal sealed partial record UrlTemplate(string Text)
{
    /// <summary>Stands for the OAuth client's id, which no connection knows: whoever sends the request puts it
    /// in.</summary>
    public const string ClientId = "{client_id}";

    private static readonly ConditionalWeakTable<UrlTemplate, Uri> Constant = [];

    /// <summary>The names that must be known before the template is a URL.</summary>
    public IEnumerable<string> Variables =>
        Variable().Matches(Text).Where(match => match.Value is not ClientId).Select(match => match.Groups[1].Value);

    /// <summary>Fills in the variables. The values decide which host gets a credential, so each must match the pattern
    /// of its field again here, however it came into the database.</summary>
    /// <exception cref="CatalogException">A variable is unknown, missing or does not match.</exception>
    public string Fill(IReadOnlyList<ConnectionField> fields, IReadOnlyDictionary<string, string> values) =>
        Variable().Replace(Text, match =>
        {
            if (match.Value is ClientId)
            {
                return ClientId;
            }

            var name = match.Groups[1].Value;
            var field = fields.FirstOrDefault(field => field.Name == name)
                ?? throw new CatalogException($"The URL {Text} uses {name}, which is not a variable of the toolkit.");
            var value = values.GetValueOrDefault(name) ?? field.Default
                ?? throw new CatalogException($"The connection has no value for {name}.");
            return field.Accepts(value)
                ? value
                : throw new CatalogException($"The connection's value for {name} is not of the form {field.Pattern}.");
        });

    /// <summary>The URL without a slash at its end, read; once for all where there is nothing to fill in.</summary>
    /// <exception cref="CatalogException">A variable is unknown, missing or does not match.</exception>
    public Uri Address(IReadOnlyList<ConnectionField> fields, IReadOnlyDictionary<string, string> values) => Text.Contains('{', StringComparison.Ordinal)
        ? new Uri(Fill(fields, values).TrimEnd('/'))
        : Constant.GetValue(this, static template => new Uri(template.Text.TrimEnd('/')));

    public override string ToString() => Text;

    [GeneratedRegex(@"\{([a-zA-Z][a-zA-Z0-9_]*)\}")]
    private static partial Regex Variable();
}

/// <summary>Something a connection knows about itself: asked from the user, or read from an answer of the
/// provider.</summary>
internal sealed record ConnectionField
{
    public required string Name { get; init; }

    public required string Title { get; init; }

    public required string Description { get; init; }

    public FieldSource From { get; init; } = FieldSource.User;

    /// <summary>Where to read it, if it does not come from the user: a JSON pointer, or a parameter of the
    /// callback.</summary>
    public string? Path { get; init; }

    /// <summary>What a value must match as a whole. Required for every variable of a URL: it may choose the
    /// host.</summary>
    public string? Pattern { get; init; }

    public string? Default { get; init; }

    public string? Example { get; init; }

    public bool Required { get; init; } = true;

    public bool Secret { get; init; }

    public bool Accepts(string value) =>
        Pattern is null
        || Regex.IsMatch(value, $"^(?:{Pattern})\\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
}

/// <summary>Where a field's value comes from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FieldSource>))]
internal enum FieldSource
{
    /// <summary>Whoever connects types it.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>The auth config holds it.</summary>
    [JsonStringEnumMemberName("config")]
    Config,

    /// <summary>The token answer.</summary>
    [JsonStringEnumMemberName("token")]
    Token,

    /// <summary>A query parameter of the callback.</summary>
    [JsonStringEnumMemberName("callback")]
    Callback,

    /// <summary>The probe's answer.</summary>
    [JsonStringEnumMemberName("probe")]
    Probe,
}

internal sealed class UrlTemplateConverter : JsonConverter<UrlTemplate>
{
    public override UrlTemplate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? throw new JsonException("A URL is a string."));

    public override void Write(Utf8JsonWriter writer, UrlTemplate value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}
