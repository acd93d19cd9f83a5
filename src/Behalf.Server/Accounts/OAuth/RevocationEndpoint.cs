using System.Text;
using System.Text.Json;
using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Accounts.OAuth;

/// <summary>Takes tokens back at the provider, in its own way.</summary>
internal sealed class RevocationEndpoint(GuardedHttp http)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    /// <summary>True when the provider took the token back, or no longer knows it; false when it is worth another try.</summary>
    public async Task<bool> RevokeAsync(OAuthClient client, string token, string hint, CancellationToken ct)
    {
        if (client.Revoke is not { } rules)
        {
            return true;
        }

        try
        {
            var response = await http.SendAsync(Build(client, rules, token, hint), ct);
            return response.Status switch
            {
                >= 200 and < 300 => !SaysNo(client.Toolkit.Failures, response.Body),

                // RFC 7009 §2.2: an unknown token is answered with 200. Where the client proves itself and names the token, an
                // unknown one is not found; where the token is all there is, it is itself refused.
                404 or 422 => rules.Style is RevokeStyle.BasicJson or RevokeStyle.Path,
                400 or 401 => rules.Style is RevokeStyle.Form or RevokeStyle.Query or RevokeStyle.Bearer,
                _ => false,
            };
        }
        catch (Exception e) when (e is EgressException or CatalogException)
        {
            // Also where the connection's variables do not fit the toolkit's URL (any more): a corrected definition mends that.
            return false;
        }
    }

    /// <summary>A refusal with a success status, unless what it refuses is a token that is dead already.</summary>
    private static bool SaysNo(FailureSigns signs, ReadOnlyMemory<byte> body)
    {
        if (signs.OkPath is not { } ok)
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            var answer = document.RootElement;
            return answer.At(ok) is { ValueKind: JsonValueKind.False } && !signs.CodePaths.Any(path =>
                answer.At(path) is { ValueKind: JsonValueKind.String } code
                && signs.Codes.GetValueOrDefault(code.GetString()!) == UpstreamErrorKind.Auth);
        }
        catch (JsonException)
        {
            return true;
        }
    }

    private static EgressRequest Build(OAuthClient client, RevokeRules rules, string token, string hint)
    {
        var url = rules.Url.Fill(client.Toolkit.Variables, client.Variables)
            .Replace("{client_id}", Uri.EscapeDataString(client.ClientId), StringComparison.Ordinal);
        var headers = new List<KeyValuePair<string, string>> { new("Accept", "application/json") };
        byte[] body = [];
        string? type = null;
        switch (rules.Style)
        {
            case RevokeStyle.Rfc7009:
                // The standard's form, however the provider wants its token requests.
                var plain = client with { Quirks = client.Quirks with { TokenBody = TokenBody.Form } };
                return TokenRequest.Build(plain, url, [new("token", token), new("token_type_hint", hint)], Deadline);
            case RevokeStyle.Form:
                (body, type) = (Encoding.UTF8.GetBytes("token=" + Uri.EscapeDataString(token)), "application/x-www-form-urlencoded");
                break;
            case RevokeStyle.BasicJson:
                var pair = $"{client.ClientId}:{client.ClientSecret.Reveal()}";
                headers.Add(new("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))));
                (body, type) = (JsonBody(token), "application/json");
                break;
            case RevokeStyle.Query:
                url += (url.Contains('?', StringComparison.Ordinal) ? "&token=" : "?token=") + Uri.EscapeDataString(token);
                break;
            case RevokeStyle.Bearer:
                headers.Add(new("Authorization", "Bearer " + token));
                break;
            case RevokeStyle.Path:
                url = url.TrimEnd('/') + "/" + Uri.EscapeDataString(token);
                break;
        }

        var address = new Uri(url);
        return new EgressRequest
        {
            Method = rules.Method switch { RevokeMethod.Delete => HttpMethod.Delete, RevokeMethod.Get => HttpMethod.Get, _ => HttpMethod.Post },
            Purpose = EgressPurpose.Revocation,
            Toolkit = client.Toolkit.Slug,
            Url = address,
            Hosts = AllowedHosts.Of([address.Authority]),
            Deadline = Deadline,
            Headers = headers,
            Body = body,
            ContentType = type,
            MaxResponseBytes = 64 * 1024,
        };
    }

    private static byte[] JsonBody(string token)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("access_token", token);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
