using System.Text.Json;
using System.Text.Json.Serialization;

namespace Behalf.Accounts.Connect;

internal sealed record CreateLinkRequest
{
    public string? AuthConfigId { get; init; }

    public string? UserId { get; init; }

    public string? Alias { get; init; }

    public string? CallbackUrl { get; init; }

    public Dictionary<string, JsonElement>? ConnectionData { get; init; }
}

internal sealed record CreateLinkAnswer
{
    public required string LinkToken { get; init; }

    public required string RedirectUrl { get; init; }

    public required string ExpiresAt { get; init; }

    public required string ConnectedAccountId { get; init; }
}

internal sealed record InitiateRequest
{
    public AuthConfigReference? AuthConfig { get; init; }

    public ConnectionRequest? Connection { get; init; }

    public bool? ValidateCredentials { get; init; }
}

internal sealed record AuthConfigReference
{
    public string? Id { get; init; }
}

internal sealed record ConnectionRequest
{
    public StateRequest? State { get; init; }

    public Dictionary<string, JsonElement>? Data { get; init; }

    public string? UserId { get; init; }

    public string? Alias { get; init; }

    public string? CallbackUrl { get; init; }

    public string? RedirectUri { get; init; }
}

/// <summary><c>{authScheme, val}</c>: the one place of the wire with such casing.</summary>
internal sealed record StateRequest
{
    [JsonPropertyName("authScheme")]
    public string? AuthScheme { get; init; }

    public Dictionary<string, JsonElement>? Val { get; init; }
}

internal sealed record InitiateAnswer
{
    public required string Id { get; init; }

    [JsonPropertyName("connectionData")]
    public required ConnectionState ConnectionData { get; init; }

    public required string Status { get; init; }

    public required string? RedirectUrl { get; init; }

    public required string? RedirectUri { get; init; }

    public required DeprecatedInitiateAnswer Deprecated { get; init; }
}

/// <summary>Older names of the same two ids; here they are the ids themselves.</summary>
internal sealed record DeprecatedInitiateAnswer
{
    public required string Uuid { get; init; }

    [JsonPropertyName("authConfigUuid")]
    public required string AuthConfigUuid { get; init; }
}

internal sealed record ConnectionState
{
    [JsonPropertyName("authScheme")]
    public required string AuthScheme { get; init; }

    public required IReadOnlyDictionary<string, string?> Val { get; init; }
}

internal sealed record CompleteAuthRequest
{
    public string? UserId { get; init; }

    public string? SessionUri { get; init; }
}

internal sealed record CompleteAuthAnswer
{
    public required string ConnectedAccountId { get; init; }

    public required string ToolkitSlug { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CreateLinkRequest))]
[JsonSerializable(typeof(CreateLinkAnswer))]
[JsonSerializable(typeof(InitiateRequest))]
[JsonSerializable(typeof(InitiateAnswer))]
[JsonSerializable(typeof(CompleteAuthRequest))]
[JsonSerializable(typeof(CompleteAuthAnswer))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class ConnectJson : JsonSerializerContext;
