using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Behalf.Catalog;

namespace Behalf.Broker.Responses;

/// <summary>Decides whether an answer is a failure, and which.</summary>
internal static partial class ErrorClassifier
{
    /// <returns>Null for a success.</returns>
    public static UpstreamError? Classify(Toolkit toolkit, UpstreamAnswer answer, JsonNode? body)
    {
        if (!IsFailure(toolkit.Failures, answer.Status, body))
        {
            return null;
        }

        var code = Code(toolkit.Failures, body);
        var missing = MissingScopes(toolkit.Failures, answer, body);
        var kind = Kind(toolkit, answer, code, missing);
        return new UpstreamError
        {
            Kind = kind,
            Status = answer.Status,
            Code = code,
            Message = Message(toolkit.Name, kind, answer.Status, code),
            MissingScopes = kind is UpstreamErrorKind.Scope ? missing : [],
            RetryAfter = kind is UpstreamErrorKind.RateLimited or UpstreamErrorKind.Unavailable
                ? RetryTime.Of(toolkit.RateLimit, answer)
                : null,
        };
    }

    public static UpstreamError NotFound(Toolkit toolkit, int status) => new()
    {
        Kind = UpstreamErrorKind.NotFound,
        Status = status,
        Message = Message(toolkit.Name, UpstreamErrorKind.NotFound, status, null),
    };

    /// <summary>The provider says that it went well, and the rest of what it says is lost: a write may have had its effect.</summary>
    public static UpstreamError NotJson(Toolkit toolkit, int status, bool readOnly) => new()
    {
        Kind = UpstreamErrorKind.Unavailable,
        Status = status,
        Message = readOnly
            ? $"{toolkit.Name} answered something that is not JSON (HTTP {status})."
            : $"{toolkit.Name} answered something that is not JSON (HTTP {status}), and it is not known whether the call took effect (outcome_unknown): look before doing it again.",
    };

    private static bool IsFailure(FailureSigns signs, int status, JsonNode? body) =>
        status is < 200 or >= 300
        || (signs.OkPath is { } ok && body.At(ok)?.GetValueKind() is JsonValueKind.False)
        || (signs.ErrorsPath is { } errors && body.At(errors) is JsonArray { Count: > 0 });

    private static UpstreamErrorKind Kind(
        Toolkit toolkit, UpstreamAnswer answer, string? code, string[] missing)
    {
        if (code is not null && toolkit.Failures.Codes.TryGetValue(code, out var kind))
        {
            return kind;
        }

        if (toolkit.RateLimit.Statuses.Contains(answer.Status) || RetryTime.IsUsedUp(toolkit.RateLimit, answer))
        {
            return UpstreamErrorKind.RateLimited;
        }

        return answer.Status switch
        {
            401 => UpstreamErrorKind.Auth,
            403 or 404 when missing.Length > 0 => UpstreamErrorKind.Scope,
            404 or 410 => UpstreamErrorKind.NotFound,
            400 or 405 or 406 or 409 or 412 or 413 or 414 or 415 or 422 => UpstreamErrorKind.Invalid,
            408 or >= 500 => UpstreamErrorKind.Unavailable,
            _ => UpstreamErrorKind.Other,
        };
    }

    private static string? Code(FailureSigns signs, JsonNode? body) =>
        signs.CodePaths.Select(path => body.At(path))
            .Select(value => value?.GetValueKind() is JsonValueKind.String ? value.GetValue<string>() : null)
            .FirstOrDefault(code => code is not null && SafeCode().IsMatch(code));

    private static string[] MissingScopes(FailureSigns signs, UpstreamAnswer answer, JsonNode? body)
    {
        if (signs.MissingScopePath is { } path && body.At(path)?.GetValueKind() is JsonValueKind.String)
        {
            return Scopes(body.At(path)!.GetValue<string>());
        }

        // RFC 6750 §3.1: the challenge may name the scope that would do.
        if (answer.Headers.TryGetValue("WWW-Authenticate", out var challenge)
            && InsufficientScope().IsMatch(challenge) && ScopeOfChallenge().Match(challenge) is { Success: true } told)
        {
            return Scopes(told.Groups[1].Value);
        }

        if (signs is { AcceptedScopesHeader: { } accepted, GrantedScopesHeader: { } granted }
            && answer.Headers.TryGetValue(accepted, out var wanted)
            && answer.Headers.TryGetValue(granted, out var held))
        {
            var would = Scopes(wanted);
            return would.Intersect(Scopes(held), StringComparer.Ordinal).Any() ? [] : would;
        }

        return [];
    }

    private static string[] Scopes(string list) =>
        [.. list.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Where(scope => SafeScope().IsMatch(scope))];

    private static string Message(string toolkit, UpstreamErrorKind kind, int status, string? code)
    {
        var said = kind switch
        {
            UpstreamErrorKind.Auth => $"{toolkit} did not accept the connection's credential",
            UpstreamErrorKind.Scope => $"The connection lacks a permission that {toolkit} asks for here",
            UpstreamErrorKind.RateLimited => $"{toolkit} wants fewer calls for now",
            UpstreamErrorKind.NotFound => $"{toolkit} has no such thing, or the connected account may not see it",
            UpstreamErrorKind.Invalid => $"{toolkit} did not accept the arguments",
            UpstreamErrorKind.Unavailable => $"{toolkit} is not available at the moment",
            _ => $"{toolkit} refused the call",
        };
        return $"{said} (HTTP {status}{(code is null ? "" : $", {code}")}).";
    }

    /// <summary>Words such as <c>channel_not_found</c>; shorter than any token a provider hands out.</summary>
    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_.-]{1,39}\z")]
    private static partial Regex SafeCode();

    [GeneratedRegex("\\berror=\"?insufficient_scope\\b")]
    private static partial Regex InsufficientScope();

    [GeneratedRegex("\\bscope=\"([^\"]*)\"")]
    private static partial Regex ScopeOfChallenge();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_.:/-]{1,99}\z")]
    private static partial Regex SafeScope();
}
