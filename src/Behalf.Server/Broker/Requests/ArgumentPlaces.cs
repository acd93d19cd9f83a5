using System.Text.Json;
using Behalf.Catalog;

namespace Behalf.Broker.Requests;

/// <summary>Which parameter of a tool goes where, by the rules of <see cref="ToolRequest"/>.</summary>
internal sealed class ArgumentPlaces
{
    private readonly ToolRequest _request;

    public ArgumentPlaces(Tool tool)
    {
        _request = tool.Request;
        var templated = Templated(_request);
        foreach (var parameter in tool.Input.GetProperty("properties").EnumerateObject().Select(member => member.Name))
        {
            var binding = _request.Bind.GetValueOrDefault(parameter);
            if (binding?.In is null && templated.Contains(parameter))
            {
                continue;
            }

            (binding?.In switch
            {
                BindIn.Query => InQuery,
                BindIn.Header => InHeader,
                BindIn.Body => InBody,
                BindIn.Drop => Dropped,
                _ => UsualPlace,
            }).Add((parameter, binding));
        }
    }

    public List<(string Name, Binding? Binding)> InQuery { get; } = [];

    public List<(string Name, Binding? Binding)> InHeader { get; } = [];

    public List<(string Name, Binding? Binding)> InBody { get; } = [];

    public List<(string Name, Binding? Binding)> Dropped { get; } = [];

    /// <summary>A request with a body keeps it when all that could go there is absent.</summary>
    public bool HasBody => _request.Body is not null || InBody.Count > 0;

    public ListStyle StyleOf(string wireName) =>
        InBody.Find(place => (place.Binding?.Name ?? place.Name) == wireName).Binding?.Style ?? ListStyle.Repeat;

    /// <summary>Parameters that the path or a template names.</summary>
    public static HashSet<string> Templated(ToolRequest request)
    {
        var names = RequestBuilder.PathPlace().Matches(request.Path + request.FollowUp?.Path)
            .Select(match => match.Value.Trim('{', '}', '*'))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var template in request.Query.Values.Concat(request.FollowUp?.Query.Values ?? [])
            .Append(request.Body ?? default).Append(request.GraphQl?.Variables ?? default))
        {
            Collect(template, names);
        }

        if (request.FollowUp?.Unless is { } unless)
        {
            names.Add(unless);
        }

        return names;
    }

    private List<(string Name, Binding? Binding)> UsualPlace =>
        _request.GraphQl is null && (_request.Encoding is BodyEncoding.None
            || _request.Method is ToolMethod.Get or ToolMethod.Head or ToolMethod.Delete)
            ? InQuery
            : InBody;

    private static void Collect(JsonElement template, HashSet<string> names)
    {
        switch (template.ValueKind)
        {
            case JsonValueKind.String when Template.PlaceName(template.GetString()!) is { } name:
                names.Add(name);
                break;
            case JsonValueKind.Array:
                foreach (var item in template.EnumerateArray())
                {
                    Collect(item, names);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in template.EnumerateObject())
                {
                    if (member.NameEquals("has"))
                    {
                        names.Add(member.Value.GetString()!);
                    }

                    Collect(member.Value, names);
                }

                break;
        }
    }
}
