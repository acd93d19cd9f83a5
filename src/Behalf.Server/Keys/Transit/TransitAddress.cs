using System.Text.RegularExpressions;

namespace Behalf.Keys.Transit;

/// <summary>Where a transit key is: <c>https://HOST/v1/MOUNT/keys/NAME</c>, as the key's own API path.</summary>
internal sealed partial record TransitAddress
{
    public required Uri Server { get; init; }

    public required string Mount { get; init; }

    public required string Name { get; init; }

    /// <summary>Names the key wherever its server moves to. A version of it is <c>mount/name:v3</c>.</summary>
    public string Key => $"{Mount}/{Name}";

    /// <exception cref="FormatException">The message completes "BEHALF_KEYS is …".</exception>
    public static TransitAddress Parse(string text)
    {
        var path = Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0
                ? KeyPath().Match(url.AbsolutePath)
                : Match.Empty;
        return path.Success
            ? new TransitAddress { Server = new Uri(url!, "/"), Mount = path.Groups["mount"].Value, Name = path.Groups["name"].Value }
            : throw new FormatException(
                "a key of Vault or OpenBao is named as transit:https://HOST:8200/v1/MOUNT/keys/NAME, http:// on loopback only");
    }

    public Uri Call(string verb) => new(Server, $"/v1/{Mount}/{verb}/{Name}");

    [GeneratedRegex(@"^/v1/(?<mount>[\w-]+(?:/[\w-]+)*?)/keys/(?<name>[\w.-]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex KeyPath();
}
