using Behalf.Projects.Limits;
using Behalf.Wire;

namespace Behalf.Projects.ApiKeys;

/// <summary>Lets a request through to its route only with a key of a kind that the route takes.</summary>
internal sealed class Authentication(RequestDelegate next, Credentials credentials, FailureLimit failures, RequestRates rates)
{
    private static readonly string[] CredentialHeaders = ["x-api-key", "x-user-api-key", "x-org-api-key"];

    public async Task InvokeAsync(HttpContext context)
    {
        if (await AdmitAsync(context) is { } problem)
        {
            context.Refuse(problem);
            return;
        }

        await next(context);
    }

    /// <returns>Why not, where not.</returns>
    private async ValueTask<Problem?> AdmitAsync(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (context.GetEndpoint() is not { } endpoint)
        {
            return rates.CountStranger(address);
        }

        if (endpoint.Metadata.GetMetadata<RouteAccess>() is not { } access)
        {
            return new Problem(Refusal.NotAllowed);
        }

        if (access.Anyone)
        {
            return access.Counted ? rates.CountStranger(address) : null;
        }

        if (failures.SecondsToWait(address) is { } seconds)
        {
            return new Problem(Refusal.TooManyFailures) { RetryAfterSeconds = seconds };
        }

        if (!TryFindCredential(context.Request.Headers, out var text))
        {
            return new Problem(Refusal.SeveralCredentials);
        }

        if (text is null)
        {
            return rates.CountStranger(address) ?? new Problem(Refusal.MissingCredential);
        }

        var agent = context.Request.Headers["x-behalf-agent"].ToString();
        var caller = await credentials.AuthenticateAsync(
            text, context.GetRequestId(), agent.Length is > 0 and <= 200 ? agent : null, context.RequestAborted);
        if (caller is null)
        {
            failures.Count(address);
            return new Problem(Refusal.InvalidCredential);
        }

        if ((rates.Count(caller) ?? ((access.Kinds & caller.Kind) == KeyKinds.None ? new Problem(Refusal.NotAllowed) : null)) is { } problem)
        {
            return problem;
        }

        context.SetCaller(caller);
        return null;
    }

    /// <summary>False where there are several; null where there is none.</summary>
    private static bool TryFindCredential(IHeaderDictionary headers, out string? text)
    {
        text = null;
        foreach (var name in CredentialHeaders)
        {
            var values = headers[name];
            if (values.Count > 1 || (values.Count == 1 && text is not null))
            {
                return false;
            }

            text = values.Count == 1 ? values[0] : text;
        }

        text = string.IsNullOrEmpty(text) ? null : text;
        return true;
    }
}
