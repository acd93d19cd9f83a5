using Behalf.Projects.Limits;
using Behalf.Wire;

namespace Behalf.Projects.ApiKeys;

/// <summary>Lets a request through to its route only with a key of a kind that the route takes.</summary>
internal sealed class Authentication(RequestDelegate next, Credentials credentials, FailureLimit failures, RequestRates rates)
{
    private static readonly string[] CredentialHeaders = ["x-api-key", "x-user-api-key", "x-org-api-key"];

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint)
        {
            rates.CountStranger(context.Connection.RemoteIpAddress);
        }
        else
        {
            var access = endpoint.Metadata.GetMetadata<RouteAccess>() ?? throw new Problem(Refusal.NotAllowed);
            if (access is { Anyone: true, Counted: true })
            {
                rates.CountStranger(context.Connection.RemoteIpAddress);
            }
            else if (!access.Anyone)
            {
                var caller = await IdentifyAsync(context);
                rates.Count(caller);
                if ((access.Kinds & caller.Kind) == KeyKinds.None)
                {
                    throw new Problem(Refusal.NotAllowed);
                }

                context.SetCaller(caller);
            }
        }

        await next(context);
    }

    private async Task<Caller> IdentifyAsync(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (failures.SecondsToWait(address) is { } seconds)
        {
            throw new Problem(Refusal.TooManyFailures) { RetryAfterSeconds = seconds };
        }

        if (SingleCredential(context.Request.Headers) is not { } text)
        {
            rates.CountStranger(address);
            throw new Problem(Refusal.MissingCredential);
        }

        var agent = context.Request.Headers["x-behalf-agent"].ToString();
        var caller = await credentials.AuthenticateAsync(
            text, context.GetRequestId(), agent.Length is > 0 and <= 200 ? agent : null, context.RequestAborted);
        if (caller is null)
        {
            failures.Count(address);
            throw new Problem(Refusal.InvalidCredential);
        }

        return caller;
    }

    private static string? SingleCredential(IHeaderDictionary headers)
    {
        string? found = null;
        foreach (var name in CredentialHeaders)
        {
            var values = headers[name];
            if (values.Count > 1 || (values.Count == 1 && found is not null))
            {
                throw new Problem(Refusal.SeveralCredentials);
            }

            found = values.Count == 1 ? values[0] : found;
        }

        return string.IsNullOrEmpty(found) ? null : found;
    }
}
