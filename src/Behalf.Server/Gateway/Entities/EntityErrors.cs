using System.Text.Json.Nodes;
using Behalf.Wire;

namespace Behalf.Gateway.Entities;

/// <summary>Refusals as the older clients look for them: fields at the top. The JavaScript client shows <c>name</c>, and
/// <c>details</c> of a 400; the Python client shows the whole body. So each of them carries the sentence that helps.</summary>
internal static class EntityErrors
{
    public static RefusalForm Form { get; } = new(detail => new JsonObject
    {
        ["name"] = detail.Message,
        ["type"] = detail.Slug,
        ["message"] = $"{detail.Message} {detail.SuggestedFix}",
        ["status"] = detail.Status,
        ["code"] = detail.Code,
        ["requestId"] = detail.RequestId,
        ["details"] = new JsonArray([.. (detail.Errors ?? []).Append(detail.SuggestedFix).Select(line => JsonValue.Create(line))]),
    });
}
