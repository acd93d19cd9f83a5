using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Behalf.Catalog;

/// <summary>A parameter and, where it does not go the usual way, how.</summary>
internal readonly record struct PlacedArgument(string Name, Binding? Binding)
{
    public string WireName => Binding?.Name ?? Name;

    public ListStyle Style => Binding?.Style ?? ListStyle.Repeat;
}

/// <summary>Which parameter of a tool goes where, by the rules of <see cref="ToolRequest"/>.</summary>
internal sealed class ArgumentPlaces
{
    private static readonly ConditionalWeakTable<Tool, ArgumentPlaces> Known = [];

    private ArgumentPlaces(Tool tool)
    {
        var request = tool.Request;
        var templated = Templated(request).ToHashSet(StringComparer.Ordinal);
        var usual = request.GraphQl is null && (request.Encoding is BodyEncoding.None
            || request.Method is ToolMethod.Get or ToolMethod.Head or ToolMethod.Delete)
            ? InQuery
            : InBody;
        foreach (var parameter in tool.Input.GetProperty("properties").EnumerateObject().Select(member => member.Name))
        {
            var binding = request.Bind.GetValueOrDefault(parameter);
            var place = binding?.In switch
            {
                BindIn.Query => InQuery,
                BindIn.Header => InHeader,
                BindIn.Body => InBody,
                BindIn.Drop => null,
                _ => templated.Contains(parameter) ? null : usual,
            };
            place?.Add(new PlacedArgument(parameter, binding));
        }

        HasBody = request.Body is not null || InBody.Count > 0;
        Defaults =
        [
            .. from property in tool.Input.GetProperty("properties").EnumerateObject()
               where property.Value.TryGetProperty("default", out _)
               select KeyValuePair.Create(property.Name, property.Value.GetProperty("default")),
        ];
    }

    /// <summary>Worked out once for each tool.</summary>
    public static ArgumentPlaces Of(Tool tool) => Known.GetValue(tool, static tool => new ArgumentPlaces(tool));

    /// <summary>What an absent argument stands for, where the schema says so.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonElement>> Defaults { get; }

    public List<PlacedArgument> InQuery { get; } = [];

    public List<PlacedArgument> InHeader { get; } = [];

    public List<PlacedArgument> InBody { get; } = [];

    /// <summary>The request has a body even if no argument of this call goes there.</summary>
    public bool HasBody { get; }

    public ListStyle StyleOf(string wireName) => InBody.Find(place => place.WireName == wireName).Style;

    /// <summary>Parameters that the path or a template names.</summary>
    public static IEnumerable<string> Templated(ToolRequest request)
    {
        var followUp = request.FollowUp;
        return
        [
            .. Placeholders.InPath(request.Path),
            .. Placeholders.InPath(followUp?.Path ?? ""),
            .. request.Query.Values.SelectMany(Placeholders.InTemplate),
            .. followUp?.Query.Values.SelectMany(Placeholders.InTemplate) ?? [],
            .. Placeholders.InTemplate(request.Body ?? default),
            .. Placeholders.InTemplate(request.GraphQl?.Variables ?? default),
            .. followUp?.Unless is { } unless ? [unless] : Array.Empty<string>(),
        ];
    }
}
