using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Web;
using Behalf.Catalog;

namespace Behalf.Broker.Responses;

/// <summary>Finds out how to go on with a list, in the tool's own parameters: <c>{"page": 2}</c>.</summary>
internal static partial class NextPage
{
    public static JsonObject? Of(Pagination pagination, UpstreamAnswer answer, JsonNode? body) =>
        pagination.Style is PaginationStyle.LinkHeader ? FromLink(pagination, answer) : FromCursor(pagination, body);

    private static JsonObject? FromCursor(Pagination pagination, JsonNode? body)
    {
        var more = pagination.HasMore is null || body.At(pagination.HasMore)?.GetValueKind() is JsonValueKind.True;
        return more && body.At(pagination.Next!) is JsonValue next && next.ToString() is { Length: > 0 }
            ? new JsonObject { [pagination.Parameter] = next.DeepClone() }
            : null;
    }

    /// <summary>RFC 8288 §3. Only the one parameter is taken from the URL: following it as it stands would let an
    /// answer
    /// choose where the credential goes.</summary>
    private static JsonObject? FromLink(Pagination pagination, UpstreamAnswer answer)
    {
        var parameter = pagination.LinkParameter ?? pagination.Parameter;
        if (!answer.Headers.TryGetValue("Link", out var header)
            || NextLink().Match(header) is not { Success: true } match
            || !Uri.TryCreate(match.Groups[1].Value, UriKind.Absolute, out var url)
            || HttpUtility.ParseQueryString(url.Query)[parameter] is not { } value)
        {
            return null;
        }

        return new JsonObject
        {
            [pagination.Parameter] =
                int.TryParse(value, out var number) ? JsonValue.Create(number) : JsonValue.Create(value),
        };
    }

    [GeneratedRegex("<([^<>]+)>\\s*;[^<]*\\brel=\"?next\"?", RegexOptions.IgnoreCase)]
    private static partial Regex NextLink();
}
