using System.Text.Json;
using System.Text.Json.Serialization;

namespace Behalf.Catalog;

/// <summary>How an answer becomes what a model reads: the part that matters, and no more of it than fits.</summary>
internal sealed record ToolResponse
{
    public const int DefaultMaxBytes = 60_000;

    /// <summary>Points at the object that is the result; the whole answer by default.</summary>
    public string Root { get; init; } = "";

    /// <summary>Points at the list that is the result, for tools that list.</summary>
    public string? Items { get; init; }

    /// <summary>What the list is called in the result.</summary>
    public string As { get; init; } = "items";

    /// <summary>Kept beside the list: name in the result to pointer into the answer.</summary>
    public IReadOnlyDictionary<string, string> Keep { get; init; } = Toolkit.EmptyText;

    /// <summary>Dotted paths to keep of the object, or of each item; they go through lists. Empty keeps all.</summary>
    public IReadOnlyList<string> Pick { get; init; } = [];

    /// <summary>Dotted paths to leave out.</summary>
    public IReadOnlyList<string> Drop { get; init; } = [];

    public int MaxBytes { get; init; } = DefaultMaxBytes;

    public Decoding Decode { get; init; } = Decoding.Json;

    /// <summary>Name of one of the toolkit's paginations.</summary>
    public string? Page { get; init; }

    /// <summary>The result of an answer without a body.</summary>
    public JsonElement? Empty { get; init; }
}

/// <summary>What is done to an answer, or to each item, before anything is picked.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Decoding>))]
internal enum Decoding
{
    [JsonStringEnumMemberName("json")]
    Json,

    /// <summary>The body is text; the result is <c>{"text": …}</c>.</summary>
    [JsonStringEnumMemberName("text")]
    Text,

    /// <summary>A MIME message as Gmail's API gives it becomes subject, people, date and readable text.</summary>
    [JsonStringEnumMemberName("gmail-message")]
    GmailMessage,
}
