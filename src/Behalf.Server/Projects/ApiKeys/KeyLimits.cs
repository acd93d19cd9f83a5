using System.Text.Json.Serialization;

namespace Behalf.Projects.ApiKeys;

/// <summary>What a user key is limited to besides its user; null means no limit.</summary>
internal sealed record KeyLimits
{
    public IReadOnlyList<string>? Toolkits { get; init; }

    public IReadOnlyList<string>? Tools { get; init; }

    public bool ReadOnly { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeyLimits))]
internal sealed partial class KeyLimitsJson : JsonSerializerContext;
