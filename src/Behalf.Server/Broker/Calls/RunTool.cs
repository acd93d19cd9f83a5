using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Accounts;
using Behalf.Accounts.Refresh;
using Behalf.Audit;
using Behalf.Audit.Calls;
using Behalf.Broker.Places;
using Behalf.Broker.Requests;
using Behalf.Broker.Responses;
using Behalf.Broker.Wire;
using Behalf.Catalog;
using Behalf.Egress;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Broker.Calls;

/// <summary>Runs a tool: (1) which tool, may this key run it; (2) with whose account; (3) do the arguments fit; (4) may the
/// account do it; (5) the trail accepts the call; (6) the credential is opened, renewed if need be; (7) one request to the
/// toolkit's own hosts; (8) the answer without the call's secrets, shaped; (9) the event is durable, then the answer leaves.</summary>
internal sealed class RunTool(
    ToolCatalog catalog, ToolSchemas schemas, ChooseAccount choose, FixingLinks links, CallRecorder recorder, Refresher refresher,
    UpstreamCall upstream, Idempotency idempotency, CheckCredential check, CallPlaces places, TimeProvider clock)
{
    public async Task<ToolCallResult> RunAsync(ToolCall call, CancellationToken ct)
    {
        using var measured = MeasuredCall.OfTool(clock);
        try
        {
            var result = await RunAsync(call, measured, ct);
            measured.End(result.Successful, result.ErrorKind);
            return result;
        }
        catch (Exception e)
        {
            measured.End(e);
            throw;
        }
    }

    private async Task<ToolCallResult> RunAsync(ToolCall call, MeasuredCall measured, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        if (!catalog.TryGetTool(call.Tool, out var tool) || !catalog.TryGetToolkit(tool.Toolkit, out var toolkit))
        {
            throw UnknownTool.Problem(catalog, call.Tool);
        }

        measured.Know(toolkit, tool);
        CallPolicy.CheckKey(call.Caller, tool);
        using var place = await places.EnterAsync(call.Caller, toolkit, new CallSubject(AuditActions.ToolExecuted, tool.Slug, call.User), ct);
        var account = await choose.RunAsync(call.Caller, call.AccountId, call.User, call.Alias, toolkit, ct);
        var happened = Event(call, tool, account);
        var arguments = ToolArguments.Prepare(tool, call.Arguments);
        if (schemas.Violations(tool, arguments) is { Count: > 0 } violations)
        {
            return await RefuseArgumentsAsync(happened, violations, began, ct);
        }

        var scheme = SchemeOf(toolkit, account);
        if (account is not null)
        {
            CallPolicy.CheckConfig(account, tool);
            if (CallPolicy.MissingScopes(tool, scheme, account) is { Count: > 0 } missing)
            {
                throw await links.ForScopesAsync(call.Caller, account, toolkit, missing, ct);
            }
        }

        await using var record = recorder.Reserve(happened);
        var plan = new CallPlan(call.Caller, toolkit, tool, scheme, arguments);
        var ready = await PrepareAsync(plan, account, record, ct);
        if (call.IdempotencyKey is { } key)
        {
            return await RunOnceAsync(key, plan, ready, record, happened, began, ct);
        }

        return await CompleteAsync(record, happened, ready.Outcome ?? await SendAsync(plan, ready, record, ct), began);
    }

    /// <summary>The key is taken when all is ready to be sent. From then on the request runs to its end, whether or not the
    /// caller still waits: they will ask again for its answer.</summary>
    private async Task<ToolCallResult> RunOnceAsync(
        IdempotencyKey key, CallPlan plan, ReadyCall ready, CallRecord record, AuditEvent happened, long began, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (ready.Outcome is not null)
        {
            return await CompleteAsync(record, happened, ready.Outcome, began);
        }

        var under = ready.Account?.Secret;
        var owner = under is null ? SecretOwner.OfProject(key.Project) : ready.Account!.SecretOwner;
        if (await idempotency.ClaimAsync(key, owner, Use.Of(record)) is { } kept)
        {
            var first = JsonSerializer.Deserialize(kept, BrokerJson.Default.ToolCallResult)!;
            await record.CompleteAsync(
                happened with { DurationMs = ElapsedMs(began), Detail = new JsonObject { ["replay_of"] = first.LogId }.ToJsonString() }, ct);
            return first with { Replayed = true };
        }

        var outcome = await SendAsync(plan, ready, record, CancellationToken.None);
        if (outcome.NothingDone)
        {
            await idempotency.ReleaseAsync(key);
            return await CompleteAsync(record, happened, outcome, began);
        }

        var result = await CompleteAsync(record, happened, outcome, began);
        await idempotency.KeepAsync(key, owner, under, JsonSerializer.SerializeToUtf8Bytes(result, BrokerJson.Default.ToolCallResult));
        return result;
    }

    /// <summary>The credential and the request; or why there is nothing to send.</summary>
    private async Task<ReadyCall> PrepareAsync(CallPlan plan, CallAccount? account, CallRecord record, CancellationToken ct)
    {
        var credential = Credential.None;
        if (account is not null)
        {
            try
            {
                (account, credential) = await refresher.GetAsync(account, plan.Scheme, Use.Of(record), ct);
            }
            catch (RefreshRefusedException e)
            {
                return new ReadyCall(account, credential, null, await RefusedAsync(plan, e, ct));
            }
        }

        try
        {
            var variables = UpstreamCall.VariablesOf(account);
            var hosts = ToolHosts.Of(plan.Toolkit, variables);
            return new ReadyCall(account, credential, RequestBuilder.Build(plan.Toolkit, plan.Tool, plan.Arguments, variables), null) { Hosts = hosts };
        }
        catch (Problem e)
        {
            return new ReadyCall(account, credential, null, CallOutcome.Of(e) with { Denial = EgressDenial.Host, Unsent = true });
        }
        catch (ToolArgumentException e)
        {
            return new ReadyCall(account, credential, null, CallOutcome.Of(null, e.Message) with { Unsent = true });
        }
    }

    // From here on the request may have an effect: the caller's hanging up does not stop the record of it.
    private async Task<CallOutcome> SendAsync(CallPlan plan, ReadyCall ready, CallRecord record, CancellationToken ct)
    {
        var outcome = await upstream.SendAsync(plan, ready.Account, ready.Credential, ready.Request!, ready.Hosts!, ct);
        return outcome.Error?.Kind != UpstreamErrorKind.Auth || ready.Account is null
            ? outcome
            : await RetryRenewedAsync(plan, ready, Use.Of(record), outcome, ct);
    }

    /// <summary>The provider refused the credential, so it did nothing: renew it once and ask again.</summary>
    private async Task<CallOutcome> RetryRenewedAsync(
        CallPlan plan, ReadyCall ready, Use use, CallOutcome refused, CancellationToken ct)
    {
        var account = ready.Account!;
        try
        {
            if (await refresher.RenewAfterRefusalAsync(account, use, ct) is not { } renewed)
            {
                await check.ExpireAsync(account, AuditEvent.By(plan.Caller, AuditActions.AccountExpired));
                return refused with { Problem = await links.ForAccountAsync(plan.Caller, account with { Status = AccountStatus.Expired, StatusReason = StatusReasons.RevokedUpstream }, plan.Toolkit, ct) };
            }

            var again = await upstream.SendAsync(plan, renewed.Account, renewed.Credential, ready.Request!, ready.Hosts!, ct);
            again = again with { Reflections = again.Reflections + refused.Reflections };
            if (again.Error?.Kind != UpstreamErrorKind.Auth)
            {
                return again;
            }

            await check.ExpireAsync(renewed.Account, AuditEvent.By(plan.Caller, AuditActions.AccountExpired));
            return again with { Problem = await links.ForAccountAsync(plan.Caller, renewed.Account with { Status = AccountStatus.Expired, StatusReason = StatusReasons.RevokedUpstream }, plan.Toolkit, ct) };
        }
        catch (RefreshRefusedException e)
        {
            return await RefusedAsync(plan, e, ct);
        }
    }

    private async Task<CallOutcome> RefusedAsync(CallPlan plan, RefreshRefusedException e, CancellationToken ct) =>
        e.Busy is { } busy ? CallOutcome.Of(busy) :
        e.Outcome is RefreshOutcome.Expired or RefreshOutcome.NotRefreshable
            ? CallOutcome.Of(await links.ForAccountAsync(
                plan.Caller, e.Account with { Status = e.Account.Status == AccountStatus.Active ? AccountStatus.Expired : e.Account.Status }, plan.Toolkit, ct))
            : CallOutcome.Of(null, $"{plan.Toolkit.Name} does not renew the connection's credential at the moment. Try again later.");

    private async Task<ToolCallResult> RefuseArgumentsAsync(
        AuditEvent happened, IReadOnlyList<string> violations, long began, CancellationToken ct)
    {
        await using var record = recorder.Reserve(happened);
        var id = await record.CompleteAsync(
            happened with { Outcome = AuditOutcomes.Refused, DurationMs = ElapsedMs(began), Detail = "{\"reason\":\"arguments\"}" }, ct);
        return new ToolCallResult
        {
            Data = new JsonObject { ["error_kind"] = "arguments", ["errors"] = new JsonArray([.. violations.Select(v => JsonValue.Create(v))]) },
            Error = "The arguments do not fit the tool: " + string.Join(" ", violations),
            LogId = id.ToString(),
        };
    }

    private async Task<ToolCallResult> CompleteAsync(CallRecord record, AuditEvent happened, CallOutcome outcome, long began)
    {
        var id = await record.CompleteAsync(
            happened with
            {
                Outcome = outcome.AuditOutcome,
                Status = outcome.Status,
                DurationMs = ElapsedMs(began),
                Detail = outcome.AuditDetail(),
            },
            CancellationToken.None);
        return outcome.Problem is { } problem ? throw problem : outcome.ToResult(id.ToString());
    }

    private int ElapsedMs(long began) => (int)clock.GetElapsedTime(began).TotalMilliseconds;

    private static AuditEvent Event(ToolCall call, Tool tool, CallAccount? account) =>
        AuditEvent.By(call.Caller, AuditActions.ToolExecuted) with
        {
            UserId = account?.ExternalUser ?? call.Caller.BoundUser ?? call.User,
            AuthConfigId = account?.AuthConfigId,
            AccountId = account?.AccountId,
            Toolkit = tool.Toolkit,
            Tool = tool.Slug,
        };

    private static AuthScheme SchemeOf(Toolkit toolkit, CallAccount? account) =>
        (account is not null && AuthModes.TryParseWire(account.Scheme, out var mode) ? toolkit.Scheme(mode) : toolkit.Scheme(AuthMode.NoAuth))
        ?? throw new Problem(Refusal.SchemeNotOffered);
}

internal static class UnknownTool
{
    public static Problem Problem(ToolCatalog catalog, string slug)
    {
        var near = catalog.NearestTools(slug);
        return new Problem(
            Refusal.ToolNotFound,
            $"There is no tool {(slug.Length <= 80 ? slug : slug[..80] + "…")}.",
            near.Count > 0 ? $"Did you mean {string.Join(", ", near)}?" : "See GET /tools for all of them.");
    }
}
