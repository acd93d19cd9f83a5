using System.Security.Cryptography;
using System.Text;

namespace Behalf.Projects.Webhooks;

/// <summary>The header <c>webhook-signature</c> of Standard Webhooks: HMAC-SHA256 over id, time and body, one signature after
/// the other.</summary>
internal static class WebhookSignature
{
    /// <summary>Two for each secret. The specification's key is what the secret's base64 stands for; the SDKs of this wire take
    /// the secret's text as it is. A receiver accepts what has one signature that it can make itself.</summary>
    public static string Of(string id, long seconds, string body, params IEnumerable<string> secrets)
    {
        var signed = Encoding.UTF8.GetBytes($"{id}.{seconds}.{body}");
        return string.Join(' ', secrets.SelectMany(secret => (byte[][])[WebhookSecrets.KeyOf(secret), Encoding.UTF8.GetBytes(secret)])
            .Select(key => "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed))));
    }
}
