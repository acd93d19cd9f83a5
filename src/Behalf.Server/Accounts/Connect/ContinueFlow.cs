using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect.Pages;
using Behalf.Accounts.OAuth;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts.Connect;

/// <summary>What happens when the user presses the button: to the provider for OAuth, or the typed credential is tried and kept.</summary>
internal sealed class ContinueFlow(
    IDatabase database, OAuthClients clients, RedirectUris redirects, FinishFlow finish, ParkedConnections parked, AccountProbe probe,
    TokenEndpoint tokens, PublicOrigin origin)
{
    /// <summary>Enough for somebody who mistypes.</summary>
    public const short MostAttempts = 5;

    public async Task<IResult> RunAsync(
        ConnectContext context, string token, string secret, IFormCollection form, HttpContext http, CancellationToken ct)
    {
        var (typed, errors) = ReadFields(context, form);
        if (errors.Count > 0)
        {
            return AskAgain(context, token, secret, typed, errors, null);
        }

        return context.Config.Scheme is OAuth2Scheme scheme
            ? await GoToProviderAsync(context, scheme, secret, typed, http, ct)
            : await KeepTypedAsync(context, token, secret, typed, http, ct);
    }

    private async Task<IResult> GoToProviderAsync(
        ConnectContext context, OAuth2Scheme scheme, string secret, Dictionary<string, string> typed, HttpContext http, CancellationToken ct)
    {
        var because = context.ByEndUser(http.GetRequestId(), AuditActions.LinkEnded);
        var variables = context.Variables.Concat(typed).ToDictionary(v => v.Key, v => v.Value);
        if (await clients.FindAsync(context.Config, variables, because, ct) is not { } client)
        {
            await finish.FailAsync(context.Flow, StatusReasons.InvalidClient, because, ct);
            return ConnectPageRoutes.Outcome(context, OutcomeKind.ServerError, http);
        }

        var state = BrowserBinding.NewSecret();
        var redirectUri = redirects.For(context.Config);
        if (!await BindAsync(context.Flow, state, secret, redirectUri, variables, ct))
        {
            return ConnectPageRoutes.Outcome(context, OutcomeKind.AlreadyUsed, http);
        }

        var url = AuthorizationUrl.Build(client, scheme, context.Scopes, redirectUri, state, BrowserBinding.Verifier(secret, state));
        return PageResults.Handover(new HandoverView { Brand = context.Brand, Target = new Uri(url) });
    }

    /// <summary>Binds the flow to this browser and this state; pressing the button again in the same browser starts over.</summary>
    private async Task<bool> BindAsync(
        FlowRow flow, string state, string secret, string redirectUri, Dictionary<string, string> variables, CancellationToken ct)
    {
        var stateHash = Locator.Hash(LocatorKind.State, state);
        return await database.WriteAsync(
            RowScope.Of(flow.ProjectId),
            async session =>
            {
                var bound = await session.ExecuteAsync(
                    """
                    update flow set stage = 2, state_hash = @stateHash, browser_hash = @browser, redirect_uri = @redirectUri, params = @variables
                    where project_id = @ProjectId and flow_id = @FlowId and stage in (1, 2) and expires_at > behalf_now()
                      and (browser_hash is null or browser_hash = @browser)
                    """,
                    new
                    {
                        flow.ProjectId,
                        flow.FlowId,
                        stateHash,
                        browser = BrowserBinding.Hash(secret),
                        redirectUri,
                        variables = System.Text.Json.JsonSerializer.Serialize(variables, ConnectJson.Default.DictionaryStringString),
                    });
                if (bound == 1)
                {
                    await session.ExecuteAsync(
                        "delete from locator where project_id = @ProjectId and id = @FlowId and kind = @kind",
                        new { flow.ProjectId, flow.FlowId, kind = LocatorKind.State });
                    await session.AddLocatorAsync(LocatorKind.State, stateHash, flow.ProjectId, flow.FlowId);
                }

                return bound == 1;
            },
            ct);
    }

    private async Task<IResult> KeepTypedAsync(
        ConnectContext context, string token, string secret, Dictionary<string, string> typed, HttpContext http, CancellationToken ct)
    {
        if (await CountAttemptAsync(context.Flow, ct) is not { } attempt)
        {
            return ConnectPageRoutes.Outcome(context, OutcomeKind.AlreadyUsed, http);
        }

        var won = await TypedCredentials.TryAsync(context.Config, context.Variables, typed, context.Scopes, probe, tokens, database, ct);
        if (won is null && attempt == MostAttempts)
        {
            var failed = await finish.FailAsync(
                context.Flow, StatusReasons.TooManyAttempts, context.ByEndUser(http.GetRequestId(), AuditActions.LinkEnded), CancellationToken.None);
            return ConnectEnds.AfterForm(context, failed, http);
        }

        if (won is null)
        {
            return AskAgain(context, token, secret, typed, [], $"{context.Config.Toolkit.Name} does not accept this. Check it and try again.");
        }

        var because = context.ByEndUser(http.GetRequestId(), AuditActions.AccountConnected);
        if (context.Settings.Confirmer is { } verifier)
        {
            return await parked.ParkAsync(context.Flow, new PendingConnection { Typed = typed }, because, ct) is { } sessionUri
                ? PageResults.Handover(new HandoverView
                {
                    Brand = context.Brand,
                    Target = new Uri(WebUrl.WithQuery(verifier, ("session_uri", sessionUri))),
                })
                : ConnectPageRoutes.Outcome(context, OutcomeKind.AlreadyUsed, http);
        }

        var end = await finish.RunAsync(context.Flow, context.Config, won, because, ct);
        return ConnectEnds.AfterForm(context, end, http);
    }

    /// <summary>Which attempt this is, counted before the provider is asked, so that many at once do not get more; null
    /// when there is none left.</summary>
    private Task<short?> CountAttemptAsync(FlowRow flow, CancellationToken ct) => database.WriteAsync(
        RowScope.Of(flow.ProjectId),
        session => session.FindAsync<short?>(
            """
            update flow set attempts = attempts + 1
            where project_id = @ProjectId and flow_id = @FlowId and stage in (1, 2) and attempts < @MostAttempts returning attempts
            """,
            new { flow.ProjectId, flow.FlowId, MostAttempts }),
        ct);

    private IResult AskAgain(
        ConnectContext context, string token, string secret, Dictionary<string, string> typed, Dictionary<string, string> errors, string? error) =>
        PageResults.Connect(ConnectViews.Of(
            context, token, BrowserBinding.FormToken(secret, token), !origin.IsHttps, typed, errors, error));

    private static (Dictionary<string, string> Typed, Dictionary<string, string> Errors) ReadFields(ConnectContext context, IFormCollection form)
    {
        var typed = new Dictionary<string, string>();
        var errors = new Dictionary<string, string>();
        foreach (var field in ConnectViews.Asked(context))
        {
            var value = form[field.Name].ToString().Trim();
            value = value.Length == 0 ? field.Default ?? "" : value;
            if (value.Length == 0)
            {
                if (field.Required)
                {
                    errors[field.Name] = $"Enter the {field.Title}.";
                }

                continue;
            }

            typed[field.Name] = value;
            if (value.Length > 8192 || value.Any(char.IsControl) || !field.Accepts(value))
            {
                errors[field.Name] = field.Example is null ? "This does not look right." : $"This does not look right. Example: {field.Example}";
            }
        }

        return (typed, errors);
    }
}
