using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Behalf.Projects.Webhooks;

/// <summary>What a webhook's deliveries are signed with, as it lies in the vault: the present secret and, while receivers
/// change over, the one before it.</summary>
internal sealed record WebhookSecrets
{
    private const string Prefix = "whsec_";

    /// <summary>The specification wants 24 to 64 (Standard Webhooks, "Signature scheme").</summary>
    private const int Bytes = 32;

    public required string Present { get; init; }

    public string? Former { get; init; }

    public static WebhookSecrets New(string? former) => new()
    {
        Present = Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes)),
        Former = former,
    };

    public static WebhookSecrets Parse(ReadOnlySpan<byte> opened) =>
        JsonSerializer.Deserialize(opened, WebhookSecretsJson.Default.WebhookSecrets)!;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, WebhookSecretsJson.Default.WebhookSecrets);

    public static byte[] KeyOf(string secret) => Convert.FromBase64String(secret[Prefix.Length..]);

    public override string ToString() => "[secret]";
}

[JsonSerializable(typeof(WebhookSecrets))]
internal sealed partial class WebhookSecretsJson : JsonSerializerContext;
