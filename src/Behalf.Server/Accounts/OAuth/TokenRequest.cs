using System.Text;
using System.Text.Json;
using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Accounts.OAuth;

/// <summary>Forms a request to a token endpoint in the provider's own way.</summary>
internal static class TokenRequest
{
    public static EgressRequest Build(
        OAuthClient client, string url, IEnumerable<KeyValuePair<string, string>> parameters, TimeSpan deadline)
    {
        var fields = parameters.ToList();
        var headers = new List<KeyValuePair<string, string>> { new("Accept", "application/json") };
        headers.AddRange(client.Quirks.TokenHeaders);
        Authenticate(client, headers, fields);
        var address = new Uri(client.Quirks.TokenBody == TokenBody.Query ? url + (url.Contains('?') ? '&' : '?') + Form(fields) : url);
        var (body, type) = client.Quirks.TokenBody switch
        {
            TokenBody.Form => (Encoding.UTF8.GetBytes(Form(fields)), "application/x-www-form-urlencoded"),
            TokenBody.Json => (Json(fields), "application/json"),
            _ => (Array.Empty<byte>(), null),
        };
        return new EgressRequest
        {
            Method = HttpMethod.Post,
            Purpose = EgressPurpose.Token,
            Toolkit = client.Toolkit.Slug,
            Url = address,
            Hosts = AllowedHosts.Of([address.Authority]),
            Deadline = deadline,
            Headers = headers,
            Body = body,
            ContentType = type,
            MaxResponseBytes = 1024 * 1024,
            FreshConnection = client.FreshConnection,
        };
    }

    private static void Authenticate(
        OAuthClient client, List<KeyValuePair<string, string>> headers, List<KeyValuePair<string, string>> fields)
    {
        var basic = client.ClientAuth == ClientAuth.ClientSecretBasic;
        if (basic)
        {
            // RFC 6749 §2.3.1: both halves form-encoded first.
            var pair = $"{Uri.EscapeDataString(client.ClientId)}:{Uri.EscapeDataString(client.ClientSecret.Reveal())}";
            headers.Add(new("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))));
        }

        if (!basic || client.Quirks.RepeatClientInBody)
        {
            fields.Add(new(client.Quirks.ClientIdParameter, client.ClientId));
            if (client.ClientAuth != ClientAuth.None && !client.ClientSecret.IsEmpty)
            {
                fields.Add(new("client_secret", client.ClientSecret.Reveal()));
            }
        }
    }

    private static string Form(IEnumerable<KeyValuePair<string, string>> fields) =>
        string.Join('&', fields.Select(f => $"{Uri.EscapeDataString(f.Key)}={Uri.EscapeDataString(f.Value)}"));

    private static byte[] Json(IEnumerable<KeyValuePair<string, string>> fields)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
