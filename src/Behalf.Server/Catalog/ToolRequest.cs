using System.Text.Json;
using System.Text.Json.Serialization;

namespace Behalf.Catalog;

/// <summary>How arguments become a request. A parameter named in the path goes there; any other goes into the query for
/// GET, HEAD and DELETE and into the body otherwise, under its own name, unless a template or <see cref="Bind"/> says
/// where it goes.</summary>
internal sealed record ToolRequest
{
    public string Server { get; init; } = Toolkit.DefaultServer;

    public required ToolMethod Method { get; init; }

    /// <summary><c>{name}</c> is one encoded segment, <c>{name*}</c> as many as the value has.</summary>
    public required string Path { get; init; }

    /// <summary>Query parameters by template: wire name to constant or <c>"{parameter}"</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Query { get; init; } = new Dictionary<string, JsonElement>();

    public IReadOnlyDictionary<string, string> Headers { get; init; } = Toolkit.EmptyText;

    public BodyEncoding Encoding { get; init; } = BodyEncoding.Json;

    /// <summary>The body by template; without one the parameters that go into the body are its properties.</summary>
    public JsonElement? Body { get; init; }

    /// <summary>Exceptions from the rule above, by parameter.</summary>
    public IReadOnlyDictionary<string, Binding> Bind { get; init; } = new Dictionary<string, Binding>();

    /// <summary>Makes the body a GraphQL request; the tool's arguments reach it through the variables only.</summary>
    public GraphQl? GraphQl { get; init; }

    /// <summary>Requests for the parts of the answer's items that a list leaves out.</summary>
    public FollowUp? FollowUp { get; init; }
}

/// <summary>The methods a tool may use.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ToolMethod>))]
internal enum ToolMethod
{
    [JsonStringEnumMemberName("GET")]
    Get,

    [JsonStringEnumMemberName("HEAD")]
    Head,

    [JsonStringEnumMemberName("POST")]
    Post,

    [JsonStringEnumMemberName("PUT")]
    Put,

    [JsonStringEnumMemberName("PATCH")]
    Patch,

    [JsonStringEnumMemberName("DELETE")]
    Delete,
}

/// <summary>The forms of a request body.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BodyEncoding>))]
internal enum BodyEncoding
{
    [JsonStringEnumMemberName("json")]
    Json,

    [JsonStringEnumMemberName("form")]
    Form,

    /// <summary>No body at all: what would go there goes into the query.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>Where one parameter goes, if not where its name and the method would put it.</summary>
internal sealed record Binding
{
    /// <summary>Null keeps the usual place.</summary>
    public BindIn? In { get; init; }

    /// <summary>The name on the wire.</summary>
    public string? Name { get; init; }

    /// <summary>How a list is written in a query or a form.</summary>
    public ListStyle Style { get; init; } = ListStyle.Repeat;
}

/// <summary>The places a parameter can be bound to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BindIn>))]
internal enum BindIn
{
    [JsonStringEnumMemberName("query")]
    Query,

    [JsonStringEnumMemberName("header")]
    Header,

    [JsonStringEnumMemberName("body")]
    Body,

    /// <summary>Taken for the sake of callers who send it; goes nowhere.</summary>
    [JsonStringEnumMemberName("drop")]
    Drop,
}

/// <summary>The forms of a list in a query or a form.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ListStyle>))]
internal enum ListStyle
{
    /// <summary><c>a=1&amp;a=2</c></summary>
    [JsonStringEnumMemberName("repeat")]
    Repeat,

    /// <summary><c>a=1,2</c></summary>
    [JsonStringEnumMemberName("csv")]
    Csv,

    /// <summary><c>a[]=1&amp;a[]=2</c></summary>
    [JsonStringEnumMemberName("brackets")]
    Brackets,

    /// <summary><c>a=[1,2]</c></summary>
    [JsonStringEnumMemberName("json")]
    Json,
}

/// <summary>A GraphQL operation.</summary>
internal sealed record GraphQl
{
    public required string Document { get; init; }

    /// <summary>A template; without one the parameters are the variables.</summary>
    public JsonElement? Variables { get; init; }
}

/// <summary>One reading request for each item of a list, where the list itself holds only ids.</summary>
internal sealed record FollowUp
{
    /// <summary>Before the name of a member of the item.</summary>
    public const string ItemPrefix = "item.";

    /// <summary>Points at the list in the first answer.</summary>
    public required string Items { get; init; }

    /// <summary>Like the tool's own path; <c>{item.id}</c> is taken from the item.</summary>
    public required string Path { get; init; }

    public IReadOnlyDictionary<string, JsonElement> Query { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Items beyond this many are left as the list has them.</summary>
    public required int Max { get; init; }

    /// <summary>A boolean parameter that, when true, asks for the list as it is.</summary>
    public string? Unless { get; init; }
}
