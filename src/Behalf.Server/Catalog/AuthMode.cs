using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Behalf.Catalog;

/// <summary>The ways an account can be connected. A toolkit offers each of them at most once.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuthMode>))]
internal enum AuthMode
{
    [JsonStringEnumMemberName("oauth2")]
    OAuth2,

    [JsonStringEnumMemberName("client_credentials")]
    ClientCredentials,

    [JsonStringEnumMemberName("api_key")]
    ApiKey,

    [JsonStringEnumMemberName("bearer")]
    BearerToken,

    [JsonStringEnumMemberName("basic")]
    Basic,

    [JsonStringEnumMemberName("none")]
    NoAuth,
}

/// <summary>The names that the wire has for the modes.</summary>
internal static class AuthModes
{
    private static readonly (AuthMode Mode, string Wire)[] Names =
    [
        (AuthMode.OAuth2, "OAUTH2"),
        (AuthMode.ClientCredentials, "S2S_OAUTH2"),
        (AuthMode.ApiKey, "API_KEY"),
        (AuthMode.BearerToken, "BEARER_TOKEN"),
        (AuthMode.Basic, "BASIC"),
        (AuthMode.NoAuth, "NO_AUTH"),
    ];

    public static string WireName(this AuthMode mode) => Array.Find(Names, name => name.Mode == mode).Wire;

    public static bool TryParseWire([NotNullWhen(true)] string? text, out AuthMode mode)
    {
        var found = Array.Find(Names, name => string.Equals(name.Wire, text, StringComparison.OrdinalIgnoreCase));
        mode = found.Mode;
        return found.Wire is not null;
    }
}
