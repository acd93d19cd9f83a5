using System.Text;
using System.Text.RegularExpressions;
using Behalf.Catalog;

namespace Behalf.Accounts.OAuth;

/// <summary>What a credential adds to a request.</summary>
internal sealed record InjectedCredential
{
    public static InjectedCredential None { get; } = new();

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    public override string ToString() => "[secret]";
}

/// <summary>Puts a credential where its scheme says.</summary>
internal static partial class CredentialInjection
{
    public static InjectedCredential Place(AuthScheme scheme, Credential credential) => scheme switch
    {
        OAuth2Scheme oauth => Tokens(oauth.Place, credential),
        ClientCredentialsScheme client => Tokens(client.Place, credential),
        BearerScheme bearer => Fields([bearer.Place], credential, fallback: "token"),
        ApiKeyScheme key => Fields(key.Places, credential, fallback: null),
        BasicScheme basic => Basic(basic, credential),
        _ => InjectedCredential.None,
    };

    private static InjectedCredential Tokens(CredentialPlace place, Credential credential) =>
        At([(place, place.Format.Replace("{token}", credential.AccessToken, StringComparison.Ordinal))]);

    private static InjectedCredential Fields(IReadOnlyList<CredentialPlace> places, Credential credential, string? fallback) =>
        At(places.Select(place => (place, Fill(place.Format, credential, fallback))).Where(p => p.Item2 is not null).Select(p => (p.place, p.Item2!)));

    private static InjectedCredential Basic(BasicScheme scheme, Credential credential)
    {
        var pair = $"{Fill(scheme.Username, credential, null)}:{Fill(scheme.Password, credential, null)}";
        return new InjectedCredential
        {
            Headers = [new("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)))],
        };
    }

    /// <summary>Null if the format names a field that the credential does not have: an optional one is then left out. One
    /// pass, so that a value with braces in it is a value.</summary>
    private static string? Fill(string format, Credential credential, string? fallback)
    {
        // The usual format is the field and nothing else.
        if (format is ['{', .. var only, '}'] && only.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            return credential.Fields.GetValueOrDefault(only == "token" ? fallback ?? "token" : only);
        }

        var complete = true;
        var filled = Name().Replace(format, match =>
        {
            var name = match.Groups[1].Value == "token" ? fallback ?? "token" : match.Groups[1].Value;
            complete &= credential.Fields.TryGetValue(name, out var value);
            return value ?? "";
        });
        return complete ? filled : null;
    }

    private static InjectedCredential At(IEnumerable<(CredentialPlace Place, string Value)> values)
    {
        List<KeyValuePair<string, string>> headers = [], query = [];
        foreach (var (place, value) in values)
        {
            (place.In == PlaceIn.Header ? headers : query).Add(new(place.Name, value));
        }

        return new InjectedCredential { Headers = headers, Query = query };
    }

    [GeneratedRegex(@"\{([A-Za-z][A-Za-z0-9_]*)\}")]
    private static partial Regex Name();
}
