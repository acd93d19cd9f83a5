using System.Text.Json;

namespace Behalf.Catalog;

/// <summary>Reads the members of one override and words what is wrong with one; <paramref name="at"/> words the
/// place.</summary>
internal sealed class EndpointReader(JsonElement members, Func<string, string> at)
{
    private static readonly string[] Known =
    [
        "base_url", "servers", "hosts", "authorize_url", "token_url", "refresh_url", "revoke_url",
        "issuer", "iss_parameter", "probe",
    ];

    public void RefuseUnknown()
    {
        if (members.ValueKind is not JsonValueKind.Object)
        {
            throw new CatalogException($"{at("")} must be an object.");
        }

        foreach (var member in members.EnumerateObject())
        {
            if (!Known.Contains(member.Name))
            {
                throw new CatalogException(
                    $"{at("." + member.Name)} is not a setting; there are {string.Join(", ", Known)}.");
            }
        }
    }

    /// <summary>Half of a server's endpoints would leave the other half at the public provider.</summary>
    public void RefuseWithout(string needed, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Has(name) && !Has(needed))
            {
                throw new CatalogException($"{at("." + name)} needs {needed} beside it.");
            }
        }
    }

    public bool Has(string name) => members.TryGetProperty(name, out _);

    public UrlTemplate? Url(string name) => Value(name) is { } value ? Url("." + name, value) : null;

    public Dictionary<string, UrlTemplate> Urls(string name) =>
        Value(name) is { } value
            ? Of(name, value, JsonValueKind.Object).EnumerateObject()
                .ToDictionary(member => member.Name, member => Url($".{name}.{member.Name}", member.Value))
            : [];

    public UrlTemplate[] Hosts(string name) =>
        Value(name) is { } value
            ? [.. Of(name, value, JsonValueKind.Array).EnumerateArray().Select(host => Host("." + name, host))]
            : [];

    public bool Flag(string name) =>
        Value(name) is { } value
        && (value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw new CatalogException($"{at("." + name)} must be true or false."));

    public Probe? Probe(string name)
    {
        try
        {
            return Value(name)?.Deserialize<Probe>(CatalogJson.Options);
        }
        catch (JsonException e)
        {
            throw new CatalogException($"{at("." + name)} is not a probe: {e.Message}", e);
        }
    }

    private JsonElement? Value(string name) =>
        members.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    private JsonElement Of(string name, JsonElement value, JsonValueKind kind) =>
        value.ValueKind == kind
            ? value
            : throw new CatalogException(
                $"{at("." + name)} must be {(kind is JsonValueKind.Object ? "an object" : "a list")}.");

    private UrlTemplate Url(string place, JsonElement value)
    {
        var text = value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http"
            && url.UserInfo.Length is 0 && url.Fragment.Length is 0
            ? new UrlTemplate(text)
            : throw new CatalogException($"{at(place)} must be an http or https URL without user name or fragment.");
    }

    private UrlTemplate Host(string place, JsonElement value)
    {
        var text = value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
        return Uri.TryCreate($"https://{text}/", UriKind.Absolute, out var url) && url.Authority == text
            ? new UrlTemplate(text)
            : throw new CatalogException($"{at(place)} must hold host names, with a port where needed.");
    }
}
