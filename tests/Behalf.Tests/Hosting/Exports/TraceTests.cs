using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting.Exports;

/// <summary>A call is one tree: from the caller's span, through each step here, to the provider.</summary>
public sealed class TraceTests
{
    private const int Server = 2;
    private const int Client = 3;

    [Theory, OnBothEngines]
    public async Task A_call_is_one_tree_below_the_callers_span(string engine)
    {
        var run = await TelemetryRun.OnAsync(engine);
        var tree = run.Spans.Where(span => span.TraceId == TelemetryRun.Trace).ToList();
        var request = Assert.Single(tree, span => span.Kind == Server);
        Assert.Equal(TelemetryRun.CallersSpan, request.ParentId);
        Assert.Equal("POST /api/v3.1/tools/execute/{tool}", request.Name);
        Assert.Equal("200", request.Attributes["http.response.status_code"]);

        var tool = run.Span(TelemetryRun.Trace, "execute_tool SANDBOX_GET_ME");
        Assert.Equal(request.SpanId, tool.ParentId);
        Assert.Equal(("sandbox", "success"), (tool.Attributes["behalf.toolkit"], tool.Attributes["behalf.outcome"]));
        Assert.Equal(tool.SpanId, run.Span(TelemetryRun.Trace, "account.lookup").ParentId);
        Assert.Equal(tool.SpanId, run.Span(TelemetryRun.Trace, "audit.record").ParentId);

        var renew = run.Span(TelemetryRun.Trace, "credential.renew");
        Assert.Equal(tool.SpanId, renew.ParentId);
        var refresh = run.Span(TelemetryRun.Trace, "credential.refresh");
        Assert.Equal(renew.SpanId, refresh.ParentId);
        Assert.Equal("renewed", refresh.Attributes["behalf.outcome"]);

        var token = run.Span(TelemetryRun.Trace, "POST");
        Assert.Equal((refresh.SpanId, Client, "token"), (token.ParentId, token.Kind, token.Attributes["behalf.purpose"]));
        var call = run.Span(TelemetryRun.Trace, "GET");
        Assert.Equal((tool.SpanId, Client, "call"), (call.ParentId, call.Kind, call.Attributes["behalf.purpose"]));
        Assert.Equal(("127.0.0.1", "200"), (call.Attributes["server.address"], call.Attributes["http.response.status_code"]));
        Assert.Equal(8, tree.Count);
    }

    [Theory, OnBothEngines]
    public async Task The_provider_is_told_the_span_that_asks_and_nothing_else_of_the_callers_context(string engine)
    {
        var run = await TelemetryRun.OnAsync(engine);
        foreach (var (step, name) in new[] { (Step.Api, "GET"), (Step.Refresh, "POST") })
        {
            var expected = $"00-{TelemetryRun.Trace}-{run.Span(TelemetryRun.Trace, name).SpanId}-01";
            Assert.Single(run.Upstream, request => request.Step == step && request.Headers.GetValueOrDefault("traceparent") == expected);
        }

        Assert.DoesNotContain(run.Upstream, request => request.Headers.Keys.Any(name => name.ToLowerInvariant() is "tracestate" or "baggage" or "correlation-context"));
        Assert.DoesNotContain(run.Spans, span => span.TraceState.Length > 0);
    }

    [Theory, OnBothEngines]
    public async Task What_the_caller_does_not_record_is_not_recorded_but_passed_on(string engine)
    {
        var run = await TelemetryRun.OnAsync(engine);
        Assert.DoesNotContain(run.Spans, span => span.TraceId == TelemetryRun.UnrecordedTrace);
        var passed = Assert.Single(run.Upstream, request => request.Headers.GetValueOrDefault("traceparent", "").Contains(TelemetryRun.UnrecordedTrace, StringComparison.Ordinal));
        Assert.EndsWith("-00", passed.Headers["traceparent"], StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task Work_that_nobody_waits_for_has_trees_of_its_own(string engine)
    {
        var run = await TelemetryRun.OnAsync(engine);
        foreach (var (root, child) in new[] { ("refresh.sweep", "credential.refresh"), ("webhook.deliver", "POST") })
        {
            var roots = run.Spans.Where(span => span.Name == root).ToList();
            Assert.NotEmpty(roots);
            Assert.All(roots, span => Assert.True(span.IsRoot));
            Assert.Contains(run.Spans, span => span.Name == child && roots.Any(r => r.SpanId == span.ParentId));
        }

        Assert.Contains(run.Spans, span => span.Name == "upstream.revoke");
        Assert.Contains(run.Delivered, delivery => delivery.Headers.ContainsKey("traceparent"));
    }

    [Theory, OnBothEngines]
    public async Task Failures_are_marked_with_a_reason(string engine)
    {
        var run = await TelemetryRun.OnAsync(engine);
        Assert.Contains(run.Spans, span => span is { Name: "execute_tool SANDBOX_SEND_MAIL", Failed: true } && span.Attributes["error.type"] == "arguments");
        Assert.Contains(run.Spans, span => span is { Name: "GET", Failed: true } && span.Attributes["error.type"] == "500");
        Assert.Contains(run.Spans, span => span is { Name: "credential.refresh", Failed: true } && span.Attributes["error.type"] == "expired");
        Assert.Contains(run.Spans, span => span.Kind == Server && span.Attributes.GetValueOrDefault("behalf.reason") == Refusal.InvalidCredential.Slug);
        Assert.Contains(run.Spans, span => span.Name == "refresh.lease_wait");
    }

    [Theory, OnBothEngines]
    public async Task What_happened_last_is_sent_before_the_process_ends(string engine)
    {
        var run = await TelemetryRun.OnAsync(engine);
        Assert.Equal(TelemetryRun.CallersSpan, Assert.Single(run.Spans, span => span.TraceId == TelemetryRun.LastTrace).ParentId);
        Assert.Equal(["behalf-of-the-test"], run.Services);
    }

    [Fact]
    public async Task Without_a_collector_the_provider_is_told_no_trace()
    {
        await using var world = await World.CreateAsync("sqlite");
        await world.ConnectAsync("user_1", "alice");
        (await world.Project.SendAsync(
            HttpMethod.Post, "/api/v3.1/tools/execute/SANDBOX_GET_ME", new { user_id = "user_1", arguments = new { } },
            ("traceparent", $"00-{TelemetryRun.Trace}-{TelemetryRun.CallersSpan}-01"))).Expect(200);
        Assert.DoesNotContain(world.Provider.Ledger.Requests, request => request.Headers.ContainsKey("traceparent"));
    }
}
