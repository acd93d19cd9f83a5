using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Api;

internal sealed record Me(string Id, string Name, string? Email);

/// <summary>The resource API: which route needs which scope.</summary>
internal static class ApiRoutes
{
    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api");
        api.MapGet("/me", (ApiCaller caller) => new Me(caller.Id, caller.Name, caller.Email)).Needs(Scopes.Profile);

        api.MapGet("/mail/messages", Mail.List).Needs(Scopes.MailRead);
        api.MapGet("/mail/messages/{id}", Mail.Get).Needs(Scopes.MailRead);
        api.MapPost("/mail/messages", Mail.Send).Needs(Scopes.MailSend);

        api.MapGet("/chat/channels", Chat.ListChannels).Needs(Scopes.ChatRead);
        api.MapGet("/chat/messages", Chat.List).Needs(Scopes.ChatRead);
        api.MapPost("/chat/messages", Chat.Post).Needs(Scopes.ChatWrite);

        api.MapGet("/issues", Issues.List).Needs(Scopes.IssuesRead);
        api.MapPost("/issues", Issues.Open).Needs(Scopes.IssuesWrite);
        api.MapGet("/issues/{number:int}", Issues.Get).Needs(Scopes.IssuesRead);
        api.MapPatch("/issues/{number:int}", Issues.Change).Needs(Scopes.IssuesWrite);

        api.MapMethods("/echo", ["GET", "POST"], Echo.HandleAsync).Needs(null);
        api.MapGet("/slow", Oddities.SlowAsync).Needs(null);
        api.MapGet("/status/{code:int}", Oddities.Status).Needs(null);
    }

    private static void Needs(this RouteHandlerBuilder route, string? scope) =>
        route.WithMetadata(new RequiredScope(scope));
}
