using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Catalog;

namespace Behalf.Accounts;

/// <summary>What an account's calls are made with. Lives sealed in the vault and, for the length of a call, in memory.</summary>
internal sealed record Credential
{
    /// <summary>For an open API.</summary>
    public static Credential None { get; } = new();

    public string? AccessToken { get; init; }

    public string? RefreshToken { get; init; }

    /// <summary>Milliseconds by the database's clock; null where tokens live until they are revoked.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>The fields of a key-style scheme: keys, user names, passwords.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    /// <summary>Everything in here that must not come back in an answer.</summary>
    [JsonIgnore]
    public IEnumerable<string> Secrets =>
        Fields.Values.Append(AccessToken).Append(RefreshToken).OfType<string>().Where(s => s.Length > 0);

    /// <summary>Whether a fresh access token can be had without the user.</summary>
    public bool CanRefresh(AuthScheme scheme) => scheme switch
    {
        OAuth2Scheme oauth => oauth.Refresh.Supported && RefreshToken is { Length: > 0 },
        ClientCredentialsScheme => true,
        _ => false,
    };

    public static Credential Parse(ReadOnlySpan<byte> sealedText) =>
        JsonSerializer.Deserialize(sealedText, CredentialJson.Default.Credential)
        ?? throw new JsonException("An empty credential.");

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, CredentialJson.Default.Credential);

    public override string ToString() => "[secret]";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Credential))]
internal sealed partial class CredentialJson : JsonSerializerContext;
