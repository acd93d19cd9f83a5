using System.Text.RegularExpressions;
using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Registration;

internal sealed record AppForm(string? Name, IReadOnlyList<string>? RedirectUris);

internal sealed record UserForm(string? Id, string? Name);

internal sealed record MintedApiKey(string ApiKey);

internal sealed record MintedAppPassword(string AppPassword);

/// <summary>What a developer or a user does at a real provider's site by hand: registers apps, signs up, makes
/// keys.</summary>
internal static partial class DeveloperConsole
{
    public static void MapConsole(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/apps", RegisterApp);
        routes.MapPatch("/apps/{clientId}", ChangeApp);
        routes.MapPost("/users", CreateUser);
        routes.MapPost("/users/{id}/api_keys",
            (string id, UserDirectory users) => new MintedApiKey(users.MintApiKey(Known(users, id))));
        routes.MapPost("/users/{id}/app_passwords",
            (string id, UserDirectory users) => new MintedAppPassword(users.MintAppPassword(Known(users, id))));
    }

    private static IResult RegisterApp(AppForm form, AppRegistry apps)
    {
        if (string.IsNullOrWhiteSpace(form.Name))
        {
            throw new Refused(400, "invalid_request", "name is needed.");
        }

        CheckRedirectUris(form);
        var app = apps.Register(form.Name, form.RedirectUris ?? []);
        return Results.Json(app, statusCode: StatusCodes.Status201Created);
    }

    private static App ChangeApp(string clientId, AppForm form, AppRegistry apps)
    {
        CheckRedirectUris(form);
        return apps.Change(clientId, form.Name, form.RedirectUris)
            ?? throw new Refused(404, "not_found", "There is no such app.");
    }

    private static IResult CreateUser(UserForm form, UserDirectory users)
    {
        if (form.Id is null || !UserId().IsMatch(form.Id) || string.IsNullOrWhiteSpace(form.Name))
        {
            throw new Refused(400, "invalid_request", "id (a-z, 0-9, . _ -, at most 64) and name are needed.");
        }

        return users.Create(form.Id, form.Name) is { } user
            ? Results.Json(user, statusCode: StatusCodes.Status201Created)
            : throw new Refused(409, "conflict", "That id is taken.");
    }

    private static void CheckRedirectUris(AppForm form)
    {
        if (form.RedirectUris?.FirstOrDefault(uri => !AppRegistry.IsRedirectUri(uri)) is not null)
        {
            throw new Refused(
                400, "invalid_redirect_uri", "A redirect URI is absolute, http or https, and has no fragment.");
        }
    }

    private static User Known(UserDirectory users, string id) =>
        users.Find(id) ?? throw new Refused(404, "not_found", "There is no such user.");

    [GeneratedRegex("^[a-z0-9._-]{1,64}$")]
    private static partial Regex UserId();
}
