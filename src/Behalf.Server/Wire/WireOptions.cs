using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Behalf.Wire;

/// <summary>How bodies are read and written on the wire: snake_case, unknown fields ignored, no comments, 64 deep.</summary>
internal static class WireOptions
{
    /// <summary>The rooms' generated serializers; each room adds its own when the server is built.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = 64;
        options.AllowDuplicateProperties = false;
        options.Converters.Add(new WireStrings());
        options.TypeInfoResolverChain.Insert(0, WireJson.Default);
    }

    public static void AddJson(this IServiceCollection services, IJsonTypeInfoResolver resolver) =>
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, resolver));
}
