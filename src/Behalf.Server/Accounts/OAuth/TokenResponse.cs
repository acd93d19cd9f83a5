using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Accounts.OAuth;

/// <summary>Reads what a token endpoint answered. Nothing of it but tokens and a plain error word leaves here: the body of a
/// refusal may quote what was sent.</summary>
internal static partial class TokenResponse
{
    private const long LongestLifetimeMs = 10L * 365 * 24 * 60 * 60 * 1000;

    public static TokenResult Read(OAuthClient client, EgressResponse response, DateTimeOffset now)
    {
        if (response.Status is >= 500 or 429 or 408)
        {
            var retryAfter = RetryAfter.Of(response);
            return new TokenResult
            {
                Refusal = TokenRefusal.Unavailable,
                RetryAfterSeconds = retryAfter,
                AsksForPause = response.Status == 429 || (response.Status == 503 && retryAfter is not null),

                // A server that refuses for load has not touched the grant; one that broke may have.
                ProvablyUnprocessed = response.Status is 429 or 503,
            };
        }

        if (Parse(response) is not { } body)
        {
            return new TokenResult { Refusal = response.Status < 300 ? TokenRefusal.Unavailable : TokenRefusal.Other };
        }

        var error = Text(body, client.Capture.Error);
        var token = Text(body, client.Capture.AccessToken);
        return response.Status is >= 200 and < 300 && !string.IsNullOrEmpty(token) && string.IsNullOrEmpty(error)
            ? TokenResult.Of(Answer(client, body, token, now))
            : Refuse(error, response.Status);
    }

    private static TokenAnswer Answer(OAuthClient client, JsonElement body, string token, DateTimeOffset now)
    {
        var separator = client.Quirks.GrantedScopeSeparator ?? client.Quirks.ScopeSeparator;
        var scopes = client.Quirks.GrantedScopesUnreliable ? null : Words(body, client.Capture.Scope);
        var subject = client.Capture.Subject.Select(pointer => Text(body, pointer)).ToList();
        return new TokenAnswer
        {
            AccessToken = token,
            RefreshToken = Text(body, client.Capture.RefreshToken) is { Length: > 0 } refresh ? refresh : null,
            LifetimeMs = Lifetime(client, body, now),
            Scopes = scopes?.Split([.. separator.AsSpan(), ' ', ','], StringSplitOptions.RemoveEmptyEntries),
            Subject = subject.Count > 0 && subject.TrueForAll(part => part is { Length: > 0 }) ? string.Join('/', subject) : null,
            Variables = client.Toolkit.Variables.Where(v => v.From == FieldSource.Token)
                .Select(v => (v.Name, Value: v.Path is null ? null : Text(body, v.Path), Field: v))
                .Where(v => v.Value is not null && v.Field.Accepts(v.Value))
                .ToDictionary(v => v.Name, v => v.Value!),
        };
    }

    /// <summary>A missing, negative, absurd or unreadable lifetime is no lifetime: then the quirk's assumption counts, if any.</summary>
    private static long? Lifetime(OAuthClient client, JsonElement body, DateTimeOffset now)
    {
        var assumed = client.Quirks.AssumedLifetimeSeconds * 1000L;
        if (!decimal.TryParse(Text(body, client.Capture.ExpiresIn), NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
            || number <= 0 || number > long.MaxValue / 1000)
        {
            return assumed;
        }

        var ms = (long)(client.Quirks.ExpiryUnit == ExpiryUnit.Seconds ? number * 1000 : number);
        ms = client.Quirks.ExpiryIsAbsolute ? ms - now.ToUnixTimeMilliseconds() : ms;
        return ms is > 0 and <= LongestLifetimeMs ? ms : assumed;
    }

    private static TokenResult Refuse(string? error, int status)
    {
        var code = error is not null && PlainWord().IsMatch(error) ? error : null;
        return new TokenResult
        {
            Code = code,
            Refusal = code switch
            {
                "invalid_grant" or "bad_refresh_token" or "bad_verification_code" or "invalid_refresh_token" or "invalid_code"
                    or "token_expired" or "token_revoked" or "code_already_used" => TokenRefusal.InvalidGrant,
                "invalid_client" or "unauthorized_client" or "incorrect_client_credentials" or "bad_client_secret"
                    or "invalid_client_id" => TokenRefusal.InvalidClient,
                "temporarily_unavailable" or "server_error" or "ratelimited" => TokenRefusal.Unavailable,
                null when status == 401 => TokenRefusal.InvalidClient,
                _ => TokenRefusal.Other,
            },
        };
    }

    private static JsonElement? Parse(EgressResponse response)
    {
        if (response.Truncated)
        {
            return null;
        }

        try
        {
            var body = JsonDocument.Parse(response.Body).RootElement;
            return body.ValueKind == JsonValueKind.Object ? body : null;
        }
        catch (JsonException)
        {
            return FormEncoded(response);
        }
    }

    /// <summary>Some answer in a form unless asked twice for JSON.</summary>
    private static JsonElement? FormEncoded(EgressResponse response)
    {
        if (response.Headers.GetValueOrDefault("Content-Type")?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
        {
            return null;
        }

        var pairs = System.Web.HttpUtility.ParseQueryString(System.Text.Encoding.UTF8.GetString(response.Body.Span));
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var name in pairs.AllKeys.OfType<string>())
            {
                writer.WriteString(name, pairs[name]);
            }

            writer.WriteEndObject();
        }

        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }

    private static string? Text(JsonElement body, string pointer) => body.At(pointer) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <summary>RFC 6749 §3.3 has a string with spaces; some answer with an array.</summary>
    private static string? Words(JsonElement body, string pointer) => body.At(pointer) is { ValueKind: JsonValueKind.Array } list
        ? string.Join(' ', list.EnumerateArray().Where(word => word.ValueKind == JsonValueKind.String).Select(word => word.GetString()))
        : Text(body, pointer);

    [GeneratedRegex("^[a-z][a-z0-9_.-]{2,63}$")]
    private static partial Regex PlainWord();
}
