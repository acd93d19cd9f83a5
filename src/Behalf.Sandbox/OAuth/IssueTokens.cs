using System.Text.Json.Nodes;
using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.OAuth;

/// <summary><c>POST /oauth/token</c>.</summary>
internal static class IssueTokens
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, AppRegistry apps, AuthorizationCodes codes, TokenBook tokens, ModeSwitch modes)
    {
        var form = await Parameters.ReadFormAsync(context.Request);
        var app = ClientAuthentication.Authenticate(context.Request, form, apps);
        var grant = form.Require("grant_type") switch
        {
            "authorization_code" => codes.Redeem(
                app, form.Require("code"), form.Require("redirect_uri"), form.Require("code_verifier")),
            "refresh_token" => tokens.Renew(
                app, form.Require("refresh_token"), form["scope"] is { } narrower ? ScopesOf(narrower) : null),
            "client_credentials" => tokens.Open(app, user: null, ScopesOf(form["scope"])),
            _ => throw new Refused(
                400, "unsupported_grant_type", "Known are authorization_code, refresh_token and client_credentials."),
        };

        // RFC 6749 §5.1.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";
        return Results.Json(Answer(grant, modes.Current));
    }

    private static IReadOnlyList<string> ScopesOf(string? list) =>
        Scopes.Parse(list) ?? throw new Refused(400, "invalid_scope", "A scope is unknown.");

    private static JsonObject Answer(TokenGrant grant, ProviderModes modes)
    {
        var answer = new JsonObject
        {
            ["token_type"] = "Bearer",
            ["access_token"] = grant.Access.Value,
            ["scope"] = Scopes.Join(grant.Access.Scopes),
        };
        if (modes.ExpiresIn != ExpiresIn.Missing)
        {
            answer["expires_in"] = Lifetime(modes);
        }

        if (grant.RefreshToken is { } refreshToken)
        {
            answer["refresh_token"] = refreshToken;
        }

        if (grant.Family.User is { } user)
        {
            var shown = Profile.Of(user, modes);
            answer["user"] = new JsonObject { ["id"] = shown.Id, ["name"] = shown.Name };
        }

        return answer;
    }

    private static JsonValue Lifetime(ProviderModes modes) => modes.ExpiresIn switch
    {
        ExpiresIn.String => JsonValue.Create($"{modes.AccessTokenLifetimeS}"),
        ExpiresIn.Negative => JsonValue.Create(-1),
        ExpiresIn.Huge => JsonValue.Create(long.MaxValue),
        _ => JsonValue.Create(modes.AccessTokenLifetimeS),
    };
}
