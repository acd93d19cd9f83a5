using System.Text.Json;
using Behalf.Accounts;
using Behalf.Accounts.OAuth;
using Behalf.Accounts.Refresh;
using Behalf.Audit;
using Behalf.Audit.Calls;
using Behalf.Broker.Places;
using Behalf.Broker.Requests;
using Behalf.Broker.Responses;
using Behalf.Broker.Scrub;
using Behalf.Broker.Wire;
using Behalf.Catalog;
using Behalf.Egress;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;

namespace Behalf.Broker.Calls;

/// <summary>Sends a request that the caller wrote, below the toolkit's base address, with the account's credential. The
/// caller chooses path, query, body and harmless headers; never the host, and never what proves who asks.</summary>
internal sealed class RunProxy(
    ToolCatalog catalog, ChooseAccount choose, FixingLinks links, CallRecorder recorder, Refresher refresher, UpstreamCall upstream,
    Idempotency idempotency, CallPlaces places, IDatabase database, TimeProvider clock)
{
    private static readonly Dictionary<string, HttpMethod> Methods = new(StringComparer.OrdinalIgnoreCase)
    {
        ["GET"] = HttpMethod.Get,
        ["POST"] = HttpMethod.Post,
        ["PUT"] = HttpMethod.Put,
        ["PATCH"] = HttpMethod.Patch,
        ["DELETE"] = HttpMethod.Delete,
        ["HEAD"] = HttpMethod.Head,
    };

    public async Task<ProxyAnswer> RunAsync(Caller caller, ProxyRequest body, IdempotencyKey? key, CancellationToken ct)
    {
        using var measured = MeasuredCall.OfProxy(clock);
        try
        {
            var answer = await RunAsync(caller, body, key, measured, ct);

            // The proxy hands every answer on: one that is an error counts by its class.
            measured.End(answer.Status < 400, answer.Status < 400 ? null : answer.Status < 500 ? "4xx" : "5xx");
            return answer;
        }
        catch (Exception e)
        {
            measured.End(e);
            throw;
        }
    }

    private async Task<ProxyAnswer> RunAsync(
        Caller caller, ProxyRequest body, IdempotencyKey? key, MeasuredCall measured, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        var toolkit = await ToolkitAsync(caller, body, ct);
        measured.Know(toolkit, tool: null);
        var method = Methods.GetValueOrDefault(WireText.Required(body.Method, "method", 10))
            ?? throw new Problem(Refusal.InvalidRequest, $"method is one of {string.Join(", ", Methods.Keys)}.");
        CheckKey(caller, toolkit, method);
        using var place = await places.EnterAsync(caller, toolkit, new CallSubject(AuditActions.ProxyExecuted, method.Method, body.UserId), ct);
        var account = await choose.RunAsync(caller, body.ConnectedAccountId, body.UserId, body.Alias, toolkit, ct)
            ?? throw new Problem(Refusal.InvalidRequest, "The proxy needs a connected account.");
        if (account.Settings.AllowedTools is not null)
        {
            throw new Problem(
                Refusal.ToolNotAllowed, "The auth config of this account allows single tools only, so not the proxy.");
        }

        var variables = UpstreamCall.VariablesOf(account);
        var hosts = ToolHosts.Of(toolkit, variables);
        var request = Build(toolkit, method, body, variables);
        var happened = AuditEvent.By(caller, AuditActions.ProxyExecuted) with
        {
            UserId = account.ExternalUser,
            AuthConfigId = account.AuthConfigId,
            AccountId = account.AccountId,
            Toolkit = toolkit.Slug,
            Tool = $"{method.Method} {Cut(request.Url.AbsolutePath)}",
        };
        await using var record = recorder.Reserve(happened);
        var scheme = SchemeOf(toolkit, account);
        var plan = new ProxyPlan(caller, toolkit, scheme, request, hosts);
        var outcome = await SendAsync(plan, account, key, record, ct);
        try
        {
            return await CompleteAsync(outcome, account, key, record, happened, began);
        }
        catch
        {
            outcome.Answer?.Memory?.Dispose();
            throw;
        }
    }

    private async Task<ProxyAnswer> CompleteAsync(
        ProxyOutcome outcome, CallAccount account, IdempotencyKey? key, CallRecord record, AuditEvent happened, long began)
    {
        await record.CompleteAsync(
            happened with
            {
                Outcome = outcome.AuditOutcome,
                Status = outcome.Answer?.Status,
                DurationMs = (int)clock.GetElapsedTime(began).TotalMilliseconds,
                Detail = outcome.AuditDetail(),
            },
            CancellationToken.None);
        if (outcome.Claimed && outcome.NothingDone)
        {
            await idempotency.ReleaseAsync(key!);
        }

        if (outcome.Failure is { } failure)
        {
            throw failure;
        }

        var shown = outcome.Kept ?? ProxyContent.Show(outcome.Answer!);
        if (outcome is { Claimed: true, NothingDone: false })
        {
            await idempotency.KeepAsync(key!, OwnerOf(account), account.Secret, JsonSerializer.SerializeToUtf8Bytes(shown, BrokerJson.Default.ProxyAnswer));
        }

        return shown;
    }

    private async Task<ProxyOutcome> SendAsync(
        ProxyPlan plan, CallAccount account, IdempotencyKey? key, CallRecord record, CancellationToken ct)
    {
        var claimed = false;
        try
        {
            var use = Use.Of(record);
            var (current, credential) = await refresher.GetAsync(account, plan.Scheme, use, ct);
            if (key is not null)
            {
                ct.ThrowIfCancellationRequested();
                if (await idempotency.ClaimAsync(key, OwnerOf(account), use) is { } kept)
                {
                    return new ProxyOutcome { Kept = JsonSerializer.Deserialize(kept, BrokerJson.Default.ProxyAnswer)! with { Replayed = true } };
                }

                (claimed, ct) = (true, CancellationToken.None);
            }

            var (answer, reflections) = await OnceAsync(credential);
            if (answer.Status == 401 && await refresher.RenewAfterRefusalAsync(current, use, ct) is { } renewed)
            {
                answer.Memory?.Dispose();
                (answer, var more) = await OnceAsync(renewed.Credential);
                reflections += more;
            }

            return new ProxyOutcome { Answer = answer, Reflections = reflections, Claimed = claimed, NothingDone = answer.Status == 429 };

            Task<(UpstreamAnswer, int)> OnceAsync(Credential with) => upstream.OnceAsync(
                plan.Caller,
                plan.Toolkit,
                plan.Request,
                plan.Hosts,
                CredentialInjection.Place(plan.Scheme, with),
                new Scrubber(with.Secrets.Select(secret => new Secret(secret))),
                ct);
        }
        catch (RefreshRefusedException e)
        {
            return new ProxyOutcome
            {
                Failure = e.Busy ?? (e.Outcome is RefreshOutcome.Expired or RefreshOutcome.NotRefreshable
                    ? await links.ForAccountAsync(plan.Caller, e.Account with { Status = AccountStatus.Expired }, plan.Toolkit, ct)
                    : new Problem(Refusal.ProviderFailed, $"{plan.Toolkit.Name} does not renew the connection's credential at the moment.")),
                NothingDone = true,
                Claimed = claimed,
            };
        }
        catch (EgressException e)
        {
            return NoAnswer.OfProxy(plan, e) with { Claimed = claimed };
        }
    }

    private async Task<Toolkit> ToolkitAsync(Caller caller, ProxyRequest body, CancellationToken ct)
    {
        if (body.Toolkit is { } slug)
        {
            return catalog.TryGetToolkit(slug, out var named) ? named : throw new Problem(Refusal.NotFound, "There is no such toolkit.");
        }

        var account = await database.GetAccountAsync(caller, WireText.Required(body.ConnectedAccountId, "connected_account_id", 64), ct);
        return catalog.TryGetToolkit(account.Toolkit, out var toolkit) ? toolkit : throw new Problem(Refusal.NotFound);
    }

    /// <summary>A key that is limited to tools has no use for requests that are none.</summary>
    private static void CheckKey(Caller caller, Toolkit toolkit, HttpMethod method)
    {
        if (caller.Tools is not null || caller.Toolkits?.Contains(toolkit.Slug) == false
            || (caller.ReadOnly && method != HttpMethod.Get && method != HttpMethod.Head))
        {
            throw new Problem(Refusal.ToolNotAllowed, "This key may not send this request.");
        }
    }

    private static ToolHttpRequest Build(
        Toolkit toolkit, HttpMethod method, ProxyRequest body, IReadOnlyDictionary<string, string> variables)
    {
        var headers = new List<KeyValuePair<string, string>>(toolkit.Headers) { new("Accept", "application/json") };
        var query = new List<KeyValuePair<string, string>>();
        foreach (var parameter in body.Parameters ?? [])
        {
            var pair = new KeyValuePair<string, string>(WireText.Required(parameter?.Name, "parameters.name", 200), parameter?.Value ?? "");
            if (parameter?.Type == "query")
            {
                query.Add(pair);
                continue;
            }

            if (parameter?.Type != "header" || !HeaderRules.CallerMaySet(pair.Key, pair.Value, toolkit.ProxyHeaders))
            {
                throw new Problem(Refusal.InvalidRequest, $"The parameter {Cut(pair.Key)} is not a query parameter or a header that callers may set.");
            }

            headers.RemoveAll(h => h.Key.Equals(pair.Key, StringComparison.OrdinalIgnoreCase));
            headers.Add(pair);
        }

        var endpoint = WireText.Required(body.Endpoint, "endpoint", 4096);
        if (!UrlRules.TryResolve(new Uri(toolkit.BaseUrl(Toolkit.DefaultServer, variables)), endpoint, query, out var url, out var fault))
        {
            throw new Problem(Refusal.OriginMismatch, fault);
        }

        var (content, type) = ProxyContent.Of(body);
        return new ToolHttpRequest { Method = method, Url = url, Headers = headers, Content = content, ContentType = type };
    }

    private static SecretOwner OwnerOf(CallAccount account) =>
        account.Secret is null ? SecretOwner.OfProject(account.ProjectId) : account.SecretOwner;

    private static AuthScheme SchemeOf(Toolkit toolkit, CallAccount account) =>
        AuthModes.TryParseWire(account.Scheme, out var mode) && toolkit.Scheme(mode) is { } scheme ? scheme : throw new Problem(Refusal.SchemeNotOffered);

    private static string Cut(string text) => text.Length <= 120 ? text : text[..120] + "…";
}
