using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Audit;
using Behalf.Broker.Responses;
using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Broker.Calls;

/// <summary>How a call ended: data, a failure at the provider, or a refusal that came up on the way.</summary>
internal sealed record CallOutcome
{
    public JsonObject Data { get; init; } = [];

    public UpstreamError? Error { get; init; }

    /// <summary>A failure that is not the provider's answer: no answer, arguments that make no request.</summary>
    public string? Failure { get; init; }

    /// <summary>The provider's status, where it answered.</summary>
    public int? Status { get; init; }

    /// <summary>How often a secret of the call was found in the answer and taken out.</summary>
    public int Reflections { get; init; }

    /// <summary>What the caller is to be told instead: the user must act, or this server does not send there.</summary>
    public Problem? Problem { get; init; }

    /// <summary>Why this server did not want to send, or to send on.</summary>
    public EgressDenial? Denial { get; init; }

    /// <summary>Whether it is certain that nothing was done: the request never left, or the provider turned it away at the door.</summary>
    public bool NothingDone => Unsent || (Problem is not null && Denial is null) || Error?.Kind is UpstreamErrorKind.RateLimited;

    /// <summary>Whether the request never left.</summary>
    public bool Unsent { get; init; }

    public bool Successful => Error is null && Failure is null && Problem is null;

    /// <summary>For the trail.</summary>
    public string AuditOutcome => Successful ? AuditOutcomes.Success
        : Denial is not null && Unsent ? AuditOutcomes.Refused
        : AuditOutcomes.Failed;

    public static CallOutcome Of(int? status, string failure) => new() { Status = status, Failure = failure };

    public static CallOutcome Of(Problem problem) => new() { Problem = problem };

    public ToolCallResult ToResult(string logId) => new()
    {
        Data = Successful ? Data : Explain(),
        Error = Failure ?? Error?.Message,
        LogId = logId,
        RetryAfterSeconds = Error?.RetryAfter is { } after ? (int)Math.Ceiling(after.TotalSeconds) : null,
    };

    /// <summary>For the trail: the kind of failure, never a body.</summary>
    public string? AuditDetail()
    {
        var detail = new JsonObject();
        if (Reflections > 0)
        {
            detail["secret_reflected"] = Reflections;
        }

        if (Error is not null)
        {
            detail["error"] = Kind(Error);
        }
        else if (Problem is not null)
        {
            detail["error"] = Problem.Refusal.Slug;
        }
        else if (Failure is not null)
        {
            detail["error"] = "no_answer";
        }

        if (Denial is { } denial)
        {
            detail["denial"] = NoAnswer.Name(denial);
        }

        return detail.Count > 0 ? detail.ToJsonString() : null;
    }

    private JsonObject Explain()
    {
        var data = new JsonObject { ["error_kind"] = Error is null ? "no_answer" : Kind(Error) };
        if (Error is null)
        {
            return data;
        }

        data["status"] = Error.Status;
        if (Error.Code is not null)
        {
            data["code"] = Error.Code;
        }

        if (Error.RetryAfter is { } after)
        {
            data["retry_after"] = (int)Math.Ceiling(after.TotalSeconds);
        }

        if (Error.MissingScopes.Count > 0)
        {
            data["missing_scopes"] = new JsonArray([.. Error.MissingScopes.Select(s => JsonValue.Create(s))]);
        }

        return data;
    }

    private static string Kind(UpstreamError error) => JsonNamingPolicy.SnakeCaseLower.ConvertName(error.Kind.ToString());
}
