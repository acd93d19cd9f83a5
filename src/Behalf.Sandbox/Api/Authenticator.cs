using System.Net.Http.Headers;
using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Ledger;
using Behalf.Sandbox.OAuth;
using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Api;

/// <summary>Finds out who calls the API and whether they may: bearer tokens (RFC 6750), personal keys in
/// <c>X-Api-Key</c>, and Basic with an app password.</summary>
internal sealed class Authenticator(TokenBook tokens, UserDirectory users, ModeSwitch modes)
{
    private const string Realm = "realm=\"sandbox\"";

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<RequiredScope>() is not { } required)
        {
            return next(context);
        }

        var caller = Identify(context.Request);
        if (context.Features.Get<LedgerRequest>() is { } record)
        {
            (record.User, record.App, record.Fingerprint) = (caller.Id, caller.App, caller.Fingerprint);
        }

        if (required.Scope is { } scope && !caller.Scopes.Contains(scope))
        {
            throw new Refused(403, "insufficient_scope", $"This needs the scope {scope}.",
                $"Bearer {Realm}, error=\"insufficient_scope\", scope=\"{scope}\"");
        }

        context.Features.Set(caller);
        return next(context);
    }

    private ApiCaller Identify(HttpRequest request)
    {
        var apiKey = request.Headers["X-Api-Key"];
        if (apiKey.Count > 0)
        {
            return users.FindSecret(apiKey.ToString()) is { IsPassword: false } key
                ? Personal(key, "API key")
                : throw BadToken();
        }

        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header))
        {
            // RFC 6750 §3.1: no error code where no credential was sent.
            throw new Refused(401, "unauthorized", "Send a bearer token, an API key or an app password.",
                $"Bearer {Realm}", $"Basic {Realm}");
        }

        return header.Scheme.ToUpperInvariant() switch
        {
            "BEARER" => tokens.FindLive(header.Parameter ?? "") is { } token ? Delegated(token) : throw BadToken(),
            "BASIC" => WithPassword(header.Parameter),
            _ => throw BadToken(),
        };
    }

    private ApiCaller WithPassword(string? parameter) =>
        BasicCredentials.Decode(parameter) is var (id, password)
        && users.FindSecret(password) is { IsPassword: true } secret && secret.Owner.Id == id
            ? Personal(secret, "app password")
            : throw new Refused(401, "unauthorized", "The user or the app password is wrong.", $"Basic {Realm}");

    private ApiCaller Delegated(AccessToken token)
    {
        var app = token.Family.App;
        var user = token.Family.User is { } owner ? Profile.Of(owner, modes.Current) : null;
        return new ApiCaller
        {
            Id = user?.Id ?? app.ClientId,
            Name = user?.Name ?? app.Name,
            Email = user?.Email,
            App = app.Name,
            Scopes = token.Scopes,
            Fingerprint = Opaque.Fingerprint(token.Value),
        };
    }

    private static ApiCaller Personal(PersonalSecret secret, string kind) => new()
    {
        Id = secret.Owner.Id,
        Name = secret.Owner.Name,
        Email = secret.Owner.Email,
        App = kind,
        Scopes = Scopes.All,
        Fingerprint = Opaque.Fingerprint(secret.Value),
    };

    private static Refused BadToken() => new(
        401, "invalid_token", "The credential is unknown, expired or revoked.",
        $"Bearer {Realm}, error=\"invalid_token\", error_description=\"unknown, expired or revoked\"");
}
