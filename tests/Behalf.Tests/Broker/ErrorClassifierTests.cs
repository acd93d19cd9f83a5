using Behalf.Broker.Responses;
using Behalf.Catalog;
using static Behalf.Tests.Broker.BrokerFixtures;

namespace Behalf.Tests.Broker;

/// <summary>What a provider's answer means, and that none of its words but a code get out.</summary>
public sealed class ErrorClassifierTests
{
    [Theory]
    [InlineData("sandbox", 401, "{}", nameof(UpstreamErrorKind.Auth))]
    [InlineData("sandbox", 403, "{}", nameof(UpstreamErrorKind.Other))]
    [InlineData("sandbox", 404, "{}", nameof(UpstreamErrorKind.NotFound))]
    [InlineData("sandbox", 410, "gone", nameof(UpstreamErrorKind.NotFound))]
    [InlineData("sandbox", 400, "{}", nameof(UpstreamErrorKind.Invalid))]
    [InlineData("sandbox", 422, "{}", nameof(UpstreamErrorKind.Invalid))]
    [InlineData("sandbox", 429, "{}", nameof(UpstreamErrorKind.RateLimited))]
    [InlineData("sandbox", 500, "<html>", nameof(UpstreamErrorKind.Unavailable))]
    [InlineData("sandbox", 503, "", nameof(UpstreamErrorKind.Unavailable))]
    [InlineData("sandbox", 302, "", nameof(UpstreamErrorKind.Other))]
    [InlineData("sandbox", 418, "{}", nameof(UpstreamErrorKind.Other))]
    [InlineData("slack", 200, """{ "ok": false, "error": "token_revoked" }""", nameof(UpstreamErrorKind.Auth))]
    [InlineData("slack", 200, """{ "ok": false, "error": "channel_not_found" }""", nameof(UpstreamErrorKind.NotFound))]
    [InlineData("slack", 200, """{ "ok": false, "error": "something_new" }""", nameof(UpstreamErrorKind.Other))]
    [InlineData("slack", 200, """{ "ok": false }""", nameof(UpstreamErrorKind.Other))]
    [InlineData("linear", 200, """{ "data": null, "errors": [{ "message": "no", "extensions": { "code": "AUTHENTICATION_ERROR" } }] }""", nameof(UpstreamErrorKind.Auth))]
    [InlineData("linear", 400, """{ "errors": [{ "extensions": { "code": "RATELIMITED" } }] }""", nameof(UpstreamErrorKind.RateLimited))]
    [InlineData("gmail", 403, """{ "error": { "status": "PERMISSION_DENIED", "details": [{ "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT" }] } }""", nameof(UpstreamErrorKind.Scope))]
    [InlineData("gmail", 403, """{ "error": { "errors": [{ "reason": "userRateLimitExceeded" }] } }""", nameof(UpstreamErrorKind.RateLimited))]
    [InlineData("gmail", 401, """{ "error": { "status": "UNAUTHENTICATED" } }""", nameof(UpstreamErrorKind.Auth))]
    public void Each_failure_has_its_kind(string toolkit, int status, string body, string kind)
    {
        var error = Shape(toolkit, Answer(status, body));
        Assert.Equal((kind, status), (error?.Kind.ToString(), error!.Status));
        Assert.Contains($"HTTP {status}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slack", """{ "ok": true }""")]
    [InlineData("linear", """{ "data": { "viewer": { "id": "1" } }, "errors": [] }""")]
    [InlineData("sandbox", """{ "error": "is a word here" }""")]
    public void A_success_is_none(string toolkit, string body) => Assert.Null(Shape(toolkit, Answer(200, body)));

    [Fact]
    public void The_providers_words_stay_with_us_but_for_a_code_of_plain_form()
    {
        var told = Shape("sandbox", Answer(400, """{ "error": "unknown_recipient", "error_description": "Nobody here has token at-123." }"""))!;
        Assert.Equal("Sandbox did not accept the arguments (HTTP 400, unknown_recipient).", told.Message);
        var kept = Shape("sandbox", Answer(400, """{ "error": "the token at-123 is bad" }"""))!;
        Assert.Equal((null, "Sandbox did not accept the arguments (HTTP 400)."), (kept.Code, kept.Message));
        Assert.Null(Shape("sandbox", Answer(400, $$"""{ "error": "{{new string('a', 41)}}" }"""))!.Code);
        Assert.Null(Shape("sandbox", Answer(400, """{ "error": { "deep": 1 } }"""))!.Code);
    }

    [Fact]
    public void Missing_scopes_are_named_where_the_provider_names_them()
    {
        Assert.Equal(["chat:write"], Shape("slack", Answer(200, """{ "ok": false, "error": "missing_scope", "needed": "chat:write" }"""))!.MissingScopes);
        Assert.Equal(["repo", "public_repo"], Shape("github", Answer(404, "{}", ("X-Accepted-OAuth-Scopes", "repo, public_repo"), ("X-OAuth-Scopes", "read:user")))!.MissingScopes);
        Assert.Equal(["mail.send"], Shape("sandbox", Answer(403, "{}", ("WWW-Authenticate", "Bearer realm=\"x\", error=\"insufficient_scope\", scope=\"mail.send\"")))!.MissingScopes);
        Assert.Empty(Shape("slack", Answer(200, """{ "ok": false, "error": "missing_scope", "needed": "<b>x</b>" }"""))!.MissingScopes);
    }

    [Fact]
    public void A_thing_that_is_not_there_is_not_taken_for_a_missing_scope()
    {
        var error = Shape("github", Answer(404, "{}", ("X-Accepted-OAuth-Scopes", "repo"), ("X-OAuth-Scopes", "read:user, repo")))!;
        Assert.Equal(UpstreamErrorKind.NotFound, error.Kind);
        Assert.Empty(error.MissingScopes);
    }

    [Theory]
    [InlineData("sandbox", 429, "Retry-After", "7", 7)]
    [InlineData("sandbox", 503, "Retry-After", "0", 1)]
    [InlineData("sandbox", 429, "Retry-After", "Thu, 01 Jan 2026 00:02:00 GMT", 120)]
    [InlineData("sandbox", 429, "Retry-After", "99999999", 86400)]
    [InlineData("github", 403, "Retry-After", "60", 60)]
    public void The_time_to_wait_is_passed_on(string toolkit, int status, string header, string value, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Shape(toolkit, Answer(status, "{}", (header, value)))!.RetryAfter);

    [Fact]
    public void Nothing_remaining_is_a_rate_limit_until_its_reset()
    {
        var github = Shape("github", Answer(403, "{}", ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", $"{Now.ToUnixTimeSeconds() + 90}")))!;
        Assert.Equal((UpstreamErrorKind.RateLimited, TimeSpan.FromSeconds(90)), (github.Kind, github.RetryAfter!.Value));
        var linear = Shape("linear", Answer(400, "{}", ("X-RateLimit-Requests-Remaining", "0"), ("X-RateLimit-Requests-Reset", $"{Now.ToUnixTimeMilliseconds() + 5000}")))!;
        Assert.Equal((UpstreamErrorKind.RateLimited, TimeSpan.FromSeconds(5)), (linear.Kind, linear.RetryAfter!.Value));
        Assert.Null(Shape("sandbox", Answer(429, "{}", ("Retry-After", "soon")))!.RetryAfter);
    }

    private static UpstreamError? Shape(string toolkit, UpstreamAnswer answer)
    {
        Assert.True(Shipped.TryGetToolkit(toolkit, out var definition));
        return ResponseShaper.Shape(definition, Tool("""{ "method": "GET", "path": "/x" }""", ""), answer, []).Error;
    }
}
