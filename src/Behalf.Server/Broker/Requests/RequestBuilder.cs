using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Broker.Requests;

/// <summary>Turns a tool call into an HTTP request. Pure: the same arguments make the same bytes.</summary>
internal static class RequestBuilder
{
    /// <param name="arguments">As <see cref="ToolArguments.Prepare"/> left them and the tool's schema accepted
    /// them.</param>
    /// <param name="variables">The connection's values for the variables of the toolkit's URLs.</param>
    /// <exception cref="ToolArgumentException">A value cannot be put where it belongs.</exception>
    public static ToolHttpRequest Build(
        Toolkit toolkit, Tool tool, JsonElement arguments, IReadOnlyDictionary<string, string> variables)
    {
        var request = tool.Request;
        var places = ArgumentPlaces.Of(tool);
        var template = new Template(name => Argument(arguments, name));
        var query = TemplatedQuery(request.Query, template).Concat(places.InQuery.SelectMany(place =>
            Pairs(place.WireName, Argument(arguments, place.Name), place.Style)));
        var (content, type) = Body(tool, places, arguments, template);
        return new ToolHttpRequest
        {
            Method = Method(request.Method),
            Url = Url(toolkit.BaseAddress(request.Server, variables), request.Path, template, query),
            Headers = Headers(toolkit, request, places, arguments),
            Content = content,
            ContentType = type,
        };
    }

    /// <summary>The requests that fetch what a list left out, one for each of its items up to the tool's
    /// maximum.</summary>
    public static IReadOnlyList<ToolHttpRequest> FollowUps(
        Toolkit toolkit,
        Tool tool,
        JsonElement arguments,
        IReadOnlyDictionary<string, string> variables,
        JsonElement answer)
    {
        if (tool.Request.FollowUp is not { } followUp
            || (followUp.Unless is { } unless && Argument(arguments, unless)?.GetValueKind() is JsonValueKind.True)
            || LenientJson.Parse(JsonMarshal.GetRawUtf8Value(answer)).At(followUp.Items) is not JsonArray items)
        {
            return [];
        }

        return [.. items.Take(followUp.Max).Select(ForItem)];

        ToolHttpRequest ForItem(JsonNode? item)
        {
            var template = new Template(name => name.StartsWith(FollowUp.ItemPrefix, StringComparison.Ordinal)
                ? (item as JsonObject)?[name[FollowUp.ItemPrefix.Length..]]?.DeepClone()
                : Argument(arguments, name));
            return new ToolHttpRequest
            {
                Method = HttpMethod.Get,
                Url = Url(toolkit.BaseAddress(tool.Request.Server, variables), followUp.Path, template,
                    TemplatedQuery(followUp.Query, template)),
                Headers = Headers(toolkit, tool.Request, null, arguments),
            };
        }
    }

    private static Uri Url(
        Uri baseUrl, string path, Template template, IEnumerable<KeyValuePair<string, string>> query)
    {
        var values = PathTemplate.Of(path).Names
            .ToDictionary(name => name, name => ArgumentText.Of(template.Argument(name)), StringComparer.Ordinal);
        return UrlRules.TryFill(baseUrl, path, values, query, out var url, out var fault)
            ? url
            : throw new ToolArgumentException(
                values.Keys.FirstOrDefault(name => fault.StartsWith(name + " ", StringComparison.Ordinal)) ?? "",
                fault);
    }

    private static IEnumerable<KeyValuePair<string, string>> TemplatedQuery(
        IReadOnlyDictionary<string, JsonElement> query, Template template) =>
        query.SelectMany(parameter => Pairs(parameter.Key, template.Fill(parameter.Value), ListStyle.Repeat));

    private static IEnumerable<KeyValuePair<string, string>> Pairs(string name, JsonNode? value, ListStyle style) =>
        value is null ? [] : ArgumentText.Pairs(name, value, style);

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
        foreach (var place in places.InBody)
        {
            if (Argument(arguments, place.Name) is { } value)
            {
                body[place.WireName] = value;
            }
        }

        return body;
    }

    private static KeyValuePair<string, string>[] Headers(
        Toolkit toolkit, ToolRequest request, ArgumentPlaces? places, JsonElement arguments)
    {
        var headers = new Dictionary<string, string>(toolkit.Headers, StringComparer.OrdinalIgnoreCase);
        headers.TryAdd("Accept", "application/json");
        foreach (var (name, value) in request.Headers)
        {
            headers[name] = value;
        }

        foreach (var place in places?.InHeader ?? [])
        {
            if (Argument(arguments, place.Name) is { } value)
            {
                var text = ArgumentText.Of(value);
                headers[place.WireName] = text.All(c => c is >= ' ' and <= '~')
                    ? text
                    : throw new ToolArgumentException(
                        place.Name, $"{place.Name} becomes a header: it must be plain ASCII on one line.");
            }
        }

        return [.. headers];
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
}
