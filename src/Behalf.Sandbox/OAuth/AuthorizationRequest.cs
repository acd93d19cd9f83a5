using System.Text.RegularExpressions;
using Behalf.Sandbox.Provider;
using Microsoft.AspNetCore.WebUtilities;

namespace Behalf.Sandbox.OAuth;

/// <summary>A request for authorization that was found in order.</summary>
internal sealed partial record AuthorizationRequest
{
    private static readonly string[] Prompts = ["consent", "login", "select_account"];

    public required App App { get; init; }

    public required string RedirectUri { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required string CodeChallenge { get; init; }

    public string? State { get; init; }

    /// <summary>Whom the app expects; the user decides.</summary>
    public string? LoginHint { get; init; }

    public required IReadOnlyList<string> Prompt { get; init; }

    public bool AsksWho => Prompt.Contains("login") || Prompt.Contains("select_account");

    public bool AsksConsent => Prompt.Contains("consent");

    /// <summary>Whose request it is and where its answer goes. RFC 6749 §4.1.2.1: unless both are certain the user is
    /// told, and nothing is redirected.</summary>
    public static (App? App, string RedirectUri, string? Fault) Addressee(Parameters query, AppRegistry apps)
    {
        if (apps.Find(query["client_id"]) is not { } app)
        {
            return (null, "", "The app that sent you here is not registered with this provider.");
        }

        return query["redirect_uri"] is { } uri && app.RedirectUris.Contains(uri, StringComparer.Ordinal)
            ? (app, uri, null)
            : (app, "", $"{app.Name} asked to send you to an address that it has not registered.");
    }

    /// <summary>Reads the rest; what is wrong with it goes back to the app.</summary>
    public static (AuthorizationRequest? Request, string? Error, string? Description) Read(
        Parameters query, App app, string redirectUri)
    {
        var prompt = (query["prompt"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var scopes = Provider.Scopes.Parse(query["scope"]);
        (string, string)? wrong = query switch
        {
            { Repeated: { } name } => ("invalid_request", $"{name} comes more than once"),
            _ when query["response_type"] is null => ("invalid_request", "response_type is missing"),
            _ when query["response_type"] != "code" => ("unsupported_response_type", "only code is supported"),
            _ when query["code_challenge_method"] != "S256" =>
                ("invalid_request", "code_challenge_method must be S256"),
            _ when !Challenge().IsMatch(query["code_challenge"] ?? "") =>
                ("invalid_request", "code_challenge is missing or malformed"),
            _ when scopes is null => ("invalid_scope", "a scope is unknown"),
            _ when prompt.Except(Prompts).Any() => ("invalid_request", "prompt is unknown"),
            _ => null,
        };
        if (wrong is var (error, description))
        {
            return (null, error, description);
        }

        return (new AuthorizationRequest
        {
            App = app,
            RedirectUri = redirectUri,
            Scopes = scopes!,
            CodeChallenge = query["code_challenge"]!,
            State = query["state"],
            LoginHint = query["login_hint"],
            Prompt = prompt,
        }, null, null);
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{43}$")]
    private static partial Regex Challenge();
}

/// <summary>Composes the address that takes the user back to the app.</summary>
internal sealed class AuthorizationAnswer(Issuer issuer, ModeSwitch modes)
{
    public string Code(string redirectUri, string? state, string code) =>
        Compose(redirectUri, state, [new("code", code)]);

    public string Error(string redirectUri, string? state, string error, string description) =>
        Compose(redirectUri, state, [new("error", error), new("error_description", description)]);

    private string Compose(string redirectUri, string? state, List<KeyValuePair<string, string?>> parameters)
    {
        parameters.Add(new("state", state));
        parameters.Add(new("iss", modes.Current.Iss switch
        {
            Iss.Normal => issuer.Url,
            Iss.Wrong => "https://another-issuer.example",
            _ => null,
        }));

        // Joins an existing query (RFC 6749 §3.1.2).
        return QueryHelpers.AddQueryString(redirectUri, parameters.Where(parameter => parameter.Value is not null));
    }
}
