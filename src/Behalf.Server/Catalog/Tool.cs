using System.Text.Json;
using System.Text.Json.Serialization;

namespace Behalf.Catalog;

/// <summary>One operation of a toolkit: what a model reads of it, and how a call becomes a request and an
/// answer.</summary>
internal sealed record Tool
{
    /// <summary>Canonical: upper case, starts with the toolkit's.</summary>
    public required string Slug { get; init; }

    /// <summary>Older and alternative names, taken on the way in only.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    public required string Name { get; init; }

    /// <summary>For the model.</summary>
    public required string Description { get; init; }

    /// <summary>For search only: the words people use when they want this.</summary>
    public string When { get; init; } = "";

    public IReadOnlyList<string> Tags { get; init; } = [];

    public bool Important { get; init; }

    public Deprecation? Deprecated { get; init; }

    public required ToolHints Hints { get; init; }

    /// <summary>The scopes a call needs: each entry must be met, by any one of its alternatives.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Scopes { get; init; } = [];

    /// <summary>JSON Schema of the arguments; goes to the wire as it is.</summary>
    public required JsonElement Input { get; init; }

    /// <summary>What the schema cannot say without a root <c>anyOf</c>, which many frameworks do not take.</summary>
    public IReadOnlyList<ArgumentRule> Rules { get; init; } = [];

    /// <summary>JSON Schema of the shaped result, the <c>data</c> of the wire's envelope.</summary>
    public required JsonElement Output { get; init; }

    public required ToolRequest Request { get; init; }

    public ToolResponse Response { get; init; } = new();

    public RetryRules Retry { get; init; } = new();

    public IReadOnlyList<ToolExample> Examples { get; init; } = [];

    /// <summary>Canonical slug of the toolkit; set by the loader.</summary>
    [JsonIgnore]
    public string Toolkit { get; init; } = "";

    /// <summary>The toolkit's version; set by the loader.</summary>
    [JsonIgnore]
    public string Version { get; init; } = "";
}

/// <summary>Says that a tool will go, and what to use instead.</summary>
internal sealed record Deprecation
{
    public string? Use { get; init; }
}

/// <summary>What kind of act a call is; the names are MCP's tool annotations.</summary>
internal sealed record ToolHints
{
    public required bool ReadOnly { get; init; }

    public required bool Destructive { get; init; }

    public required bool Idempotent { get; init; }

    public required bool OpenWorld { get; init; }
}

/// <summary>A rule over several arguments.</summary>
internal sealed record ArgumentRule
{
    public required ArgumentRuleKind Kind { get; init; }

    public required IReadOnlyList<string> Of { get; init; }
}

/// <summary>The rules there are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ArgumentRuleKind>))]
internal enum ArgumentRuleKind
{
    [JsonStringEnumMemberName("at_least_one")]
    AtLeastOne,

    [JsonStringEnumMemberName("at_most_one")]
    AtMostOne,
}

/// <summary>When a call may be sent a second time on our own.</summary>
internal sealed record RetryRules
{
    /// <summary>Sending it twice does no harm.</summary>
    public bool Safe { get; init; }
}
