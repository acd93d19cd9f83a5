using System.Text.Json;
using System.Text.Json.Serialization;

namespace Behalf.Catalog;

/// <summary>Reads definitions. Strict: a member that is not part of the vocabulary is a mistake, not an
/// extension.</summary>
internal static class CatalogJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        AllowOutOfOrderMetadataProperties = true,
        RespectNullableAnnotations = true,
    };
}
