using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Behalf.Catalog;

namespace Behalf.Broker.Requests;

/// <summary>Turns a tool call into an HTTP request. Pure: the same arguments make the same bytes.</summary>
internal static partial class RequestBuilder
{
    /// <param name="arguments">As <see cref="ToolArguments.Prepare"/> left them and the tool's schema accepted them.</param>
    /// <param name="variables">The connection's values for the variables of the toolkit's URLs.</param>
    /// <exception cref="ToolArgumentException">A value cannot be put where it belongs.</exception>
    public static ToolHttpRequest Build(
        Toolkit toolkit, Tool tool, JsonElement arguments, IReadOnlyDictionary<string, string> variables)
    {
        var request = tool.Request;
        var places = new ArgumentPlaces(tool);
        var template = new Template(name => Argument(arguments, name));
        var url = new RequestUrl(toolkit.BaseUrl(request.Server, variables));
        AppendPath(url, request.Path, template);
        AppendTemplatedQuery(url, request.Query, template);
        foreach (var (name, binding) in places.InQuery)
        {
            AppendArgument(url, name, binding, arguments);
        }

        var (content, type) = Body(tool, places, arguments, template);
        return new ToolHttpRequest
        {
            Method = Method(request.Method),
            Url = url.Build(),
            Headers = Headers(toolkit, request, places, arguments),
            Content = content,
            ContentType = type,
        };
    }

    /// <summary>The requests that fetch what a list left out, one for each of its items up to the tool's maximum.</summary>
    public static IReadOnlyList<ToolHttpRequest> FollowUps(
        Toolkit toolkit, Tool tool, JsonElement arguments, IReadOnlyDictionary<string, string> variables, JsonElement answer)
    {
        if (tool.Request.FollowUp is not { } followUp
            || (followUp.Unless is { } unless && Argument(arguments, unless)?.GetValueKind() is JsonValueKind.True)
            || answer.At(followUp.Items) is not { ValueKind: JsonValueKind.Array } items)
        {
            return [];
        }

        return [.. items.EnumerateArray().Take(followUp.Max).Select(item => ForItem(item))];

        ToolHttpRequest ForItem(JsonElement item)
        {
            var template = new Template(name => name.StartsWith("item.", StringComparison.Ordinal)
                ? Argument(item, name["item.".Length..])
                : Argument(arguments, name));
            var url = new RequestUrl(toolkit.BaseUrl(tool.Request.Server, variables));
            AppendPath(url, followUp.Path, template);
            AppendTemplatedQuery(url, followUp.Query, template);
            return new ToolHttpRequest
            {
                Method = HttpMethod.Get,
                Url = url.Build(),
                Headers = Headers(toolkit, tool.Request, null, arguments),
            };
        }
    }

    private static void AppendPath(RequestUrl url, string path, Template template)
    {
        var at = 0;
        foreach (var place in PathPlace().EnumerateMatches(path))
        {
            url.AppendPath(path[at..place.Index]);
            var inner = path[(place.Index + 1)..(place.Index + place.Length - 1)];
            var name = inner.TrimEnd('*');
            var value = WireText.Of(template.Argument(name));
            if (inner.EndsWith('*'))
            {
                url.AppendSegments(name, value);
            }
            else
            {
                url.AppendSegment(name, value);
            }

            at = place.Index + place.Length;
        }

        url.AppendPath(path[at..]);
    }

    private static void AppendTemplatedQuery(
        RequestUrl url, IReadOnlyDictionary<string, JsonElement> query, Template template)
    {
        foreach (var (name, value) in query)
        {
            if (template.Fill(value) is { } filled)
            {
                url.AppendQuery(name, filled, ListStyle.Repeat);
            }
        }
    }

    private static void AppendArgument(RequestUrl url, string name, Binding? binding, JsonElement arguments)
    {
        if (Argument(arguments, name) is { } value)
        {
            url.AppendQuery(binding?.Name ?? name, value, binding?.Style ?? ListStyle.Repeat);
        }
    }

    private static (byte[] Content, string? Type) Body(
        Tool tool, ArgumentPlaces places, JsonElement arguments, Template template)
    {
        var request = tool.Request;
        if (request.GraphQl is { } graphQl)
        {
            var variables = graphQl.Variables is { } given ? template.Fill(given) : Collect(places, arguments);
            return (BodyWriter.WriteJson(new JsonObject { ["query"] = graphQl.Document, ["variables"] = variables }),
                BodyWriter.JsonType);
        }

        if (!places.HasBody)
        {
            return ([], null);
        }

        var body = request.Body is { } shape ? template.Fill(shape) : Collect(places, arguments);
        return request.Encoding is BodyEncoding.Form
            ? (BodyWriter.WriteForm((JsonObject)body!, places.StyleOf), BodyWriter.FormType)
            : (BodyWriter.WriteJson(body), BodyWriter.JsonType);
    }

    private static JsonObject Collect(ArgumentPlaces places, JsonElement arguments)
    {
        var body = new JsonObject();
        foreach (var (name, binding) in places.InBody)
        {
            if (Argument(arguments, name) is { } value)
            {
                body[binding?.Name ?? name] = value;
            }
        }

        return body;
    }

    private static List<KeyValuePair<string, string>> Headers(
        Toolkit toolkit, ToolRequest request, ArgumentPlaces? places, JsonElement arguments)
    {
        List<KeyValuePair<string, string>> headers = [.. toolkit.Headers, .. request.Headers];
        if (!headers.Exists(header => header.Key.Equals("Accept", StringComparison.OrdinalIgnoreCase)))
        {
            headers.Add(new("Accept", "application/json"));
        }

        foreach (var (name, binding) in places?.InHeader ?? [])
        {
            if (Argument(arguments, name) is { } value)
            {
                var text = WireText.Of(value);
                headers.Add(text.All(c => c is >= ' ' and <= '~')
                    ? new(binding?.Name ?? name, text)
                    : throw new ToolArgumentException(name, $"{name} becomes a header: it must be plain ASCII on one line."));
            }
        }

        return headers;
    }

    private static JsonNode? Argument(JsonElement arguments, string name) =>
        arguments.TryGetProperty(name, out var value) ? ToolArguments.ToNode(value) : null;

    private static HttpMethod Method(ToolMethod method) => method switch
    {
        ToolMethod.Get => HttpMethod.Get,
        ToolMethod.Head => HttpMethod.Head,
        ToolMethod.Post => HttpMethod.Post,
        ToolMethod.Put => HttpMethod.Put,
        ToolMethod.Patch => HttpMethod.Patch,
        _ => HttpMethod.Delete,
    };

    [GeneratedRegex(@"\{[a-zA-Z][a-zA-Z0-9_.]*\*?\}")]
    internal static partial Regex PathPlace();
}
