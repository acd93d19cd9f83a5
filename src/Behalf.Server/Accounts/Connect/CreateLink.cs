using System.Text.Json;
using Behalf.Accounts.AuthConfigs;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Projects;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts.Connect;

/// <summary><c>POST /connected_accounts/link</c>: a one-time invitation for one user to connect one account.</summary>
internal static class CreateLink
{
    public static async Task<IResult> HandleAsync(
        CallerParameter caller, CreateLinkRequest body, UsableAuthConfigs configs, StartFlow start, IDatabase database, CancellationToken ct)
    {
        var user = ActingUser.Of(caller, body.UserId);
        var config = await configs.GetAsync(caller, body.AuthConfigId, ct);
        var settings = await database.GetSettingsAsync(caller.Caller.Project, ct);
        var started = await start.RunAsync(
            new FlowRequest
            {
                Config = config,
                User = user,
                Alias = WireText.Optional(body.Alias, "alias", 100),
                CallbackUrl = CallbackUrls.Check(body.CallbackUrl, settings, caller.Caller.Kind),
                MostOpen = caller.Caller.Kind == KeyKinds.User ? StartFlow.MostOpenForAgents : null,
                Params = ConnectionVariables.Read(body.ConnectionData, config.Toolkit),
            },
            AuditEvent.By(caller, AuditActions.LinkCreated),
            ct);
        var answer = new CreateLinkAnswer
        {
            LinkToken = started.Token,
            RedirectUrl = started.Url,
            ExpiresAt = WireText.Time(started.ExpiresAt),
            ConnectedAccountId = started.AccountId.ToString(),
        };
        return TypedResults.Json(answer, statusCode: 201);
    }
}

/// <summary>For whom a request acts.</summary>
internal static class ActingUser
{
    /// <summary>A user key acts for its user alone: another name is refused, whether there is such a user or not.</summary>
    public static string Of(Caller caller, string? asked)
    {
        if (caller.BoundUser is not { } bound)
        {
            return WireText.UserId(asked);
        }

        return asked is null || asked == bound ? bound : throw new Problem(Refusal.ForeignUser);
    }
}

/// <summary>The variables of a connection, such as a subdomain, as callers send them.</summary>
internal static class ConnectionVariables
{
    public static IReadOnlyDictionary<string, string> Read(Dictionary<string, JsonElement>? sent, Toolkit toolkit)
    {
        var variables = new Dictionary<string, string>();
        foreach (var field in toolkit.Variables.Where(v => v.From == FieldSource.User))
        {
            if (AuthConfigInput.Text(sent, field.Name) is { } value)
            {
                variables[field.Name] = field.Accepts(value)
                    ? value
                    : throw new Problem(Refusal.InvalidRequest, $"{field.Name} does not have the form that {toolkit.Name} uses.");
            }
        }

        return variables;
    }
}
