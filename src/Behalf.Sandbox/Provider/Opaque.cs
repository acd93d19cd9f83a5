using System.Security.Cryptography;
using System.Text;

namespace Behalf.Sandbox.Provider;

/// <summary>Makes values that mean something to this provider only, and names them without showing them.</summary>
internal static class Opaque
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Every secret that leaves this provider holds the canary <c>cnry_</c>, so that a search of a client's
    /// database, logs and answers finds one wherever it should not be.</summary>
    public static string Secret(string prefix) => $"{prefix}_cnry_{RandomNumberGenerator.GetString(Digits, 32)}";

    /// <summary>A name for something that is not secret.</summary>
    public static string Name(string prefix) => $"{prefix}_{RandomNumberGenerator.GetString(Digits, 16)}";

    /// <summary>Enough of the hash to tell two tokens apart on a page, too little to be of use.</summary>
    public static string Fingerprint(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))[..8];

    public static bool SameSecret(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));
}
