using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Accounts;
using Behalf.Accounts.Connect;
using Behalf.Accounts.OAuth;
using Behalf.Broker.Requests;
using Behalf.Broker.Responses;
using Behalf.Broker.Scrub;
using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Broker.Calls;

/// <summary>One request to the provider with the credential in its place, and the answer with the credential taken out.</summary>
internal sealed class UpstreamCall(GuardedHttp http, TimeProvider clock)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(55);

    public async Task<CallOutcome> SendAsync(
        CallPlan plan, CallAccount? account, Credential credential, ToolHttpRequest request, AllowedHosts hosts, CancellationToken ct)
    {
        var variables = VariablesOf(account);
        var injected = account is null ? InjectedCredential.None : CredentialInjection.Place(plan.Scheme, credential);
        var scrubber = new Scrubber(credential.Secrets.Select(secret => new Secret(secret)));
        UpstreamAnswer? answer = null;
        var followUps = new List<UpstreamAnswer>();
        var reflections = 0;
        try
        {
            (answer, reflections) = await OnceAsync(plan.Caller, plan.Toolkit, request, hosts, injected, scrubber, ct);
            if (answer.Status is >= 200 and < 300)
            {
                foreach (var follow in FollowUps(plan, variables, answer))
                {
                    var (more, hits) = await OnceAsync(plan.Caller, plan.Toolkit, follow, hosts, injected, scrubber, ct);
                    followUps.Add(more);
                    reflections += hits;
                }
            }

            var shaped = ResponseShaper.Shape(plan.Toolkit, plan.Tool, answer, followUps);
            var data = answer.Memory is null && followUps.TrueForAll(static more => more.Memory is null) ? shaped.Data : Alone(shaped.Data);
            return new CallOutcome { Data = data, Error = shaped.Error, Status = answer.Status, Reflections = reflections };
        }
        catch (EgressException e)
        {
            // It may be a follow-up that has no answer: then the call itself was made.
            return NoAnswer.Outcome(plan.Toolkit, plan.Tool.Hints.ReadOnly, answer is null ? e : e.AfterSending()) with { Reflections = reflections };
        }
        finally
        {
            answer?.Memory?.Dispose();
            followUps.ForEach(static more => more.Memory?.Dispose());
        }
    }

    public async Task<(UpstreamAnswer Answer, int Reflections)> OnceAsync(
        Caller caller, Toolkit toolkit, ToolHttpRequest request, AllowedHosts hosts, InjectedCredential injected, Scrubber scrubber, CancellationToken ct)
    {
        var response = await http.SendAsync(
            new EgressRequest
            {
                Method = request.Method,
                Purpose = EgressPurpose.Call,
                Toolkit = toolkit.Slug,
                Url = WithQuery(request.Url, injected.Query),
                Hosts = hosts,
                Deadline = Deadline,
                Headers = [.. request.Headers.Where(h => injected.Headers.All(i => !i.Key.Equals(h.Key, StringComparison.OrdinalIgnoreCase))), .. injected.Headers],
                Body = request.Content,
                ContentType = request.ContentType,
                Project = caller.Project,
                FollowRedirects = request.Method == HttpMethod.Get || request.Method == HttpMethod.Head,
            },
            ct);
        try
        {
            return Scrubbed(response, scrubber);
        }
        catch
        {
            response.Memory?.Dispose();
            throw;
        }
    }

    private (UpstreamAnswer Answer, int Reflections) Scrubbed(EgressResponse response, Scrubber scrubber)
    {
        var body = scrubber.Scrub(response.Body, response.Truncated);
        var reflections = body.Finds;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in response.Headers)
        {
            var text = scrubber.Scrub(value);
            reflections += text.Finds;
            headers[name] = text.Text;
        }

        var answer = new UpstreamAnswer
        {
            Status = response.Status,
            Headers = headers,
            Body = body.Bytes,
            Truncated = response.Truncated,
            Memory = response.Memory,
            At = clock.GetUtcNow(),
        };
        return (answer, reflections);
    }

    /// <summary>What was read from an answer keeps all of it alive. This is the small part that is left of a large one.</summary>
    private static JsonObject Alone(JsonObject data) => LenientJson.Parse(BodyWriter.WriteJson(data))!.AsObject();

    public static IReadOnlyDictionary<string, string> VariablesOf(CallAccount? account)
    {
        if (account is null)
        {
            return Toolkit.EmptyText;
        }

        var variables = account.Variables;
        foreach (var (name, value) in account.Settings.Fields)
        {
            variables[name] = value;
        }

        return variables;
    }

    private static IReadOnlyList<ToolHttpRequest> FollowUps(CallPlan plan, IReadOnlyDictionary<string, string> variables, UpstreamAnswer answer)
    {
        if (plan.Tool.Request.FollowUp is null)
        {
            return [];
        }

        try
        {
            return RequestBuilder.FollowUps(plan.Toolkit, plan.Tool, plan.Arguments, variables, JsonElement.Parse(answer.Body.Span));
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static Uri WithQuery(Uri url, IReadOnlyList<KeyValuePair<string, string>> query)
    {
        if (query.Count == 0)
        {
            return url;
        }

        var more = string.Join('&', query.Select(q => $"{Uri.EscapeDataString(q.Key)}={Uri.EscapeDataString(q.Value)}"));
        return new UriBuilder(url) { Query = url.Query.Length > 1 ? url.Query[1..] + "&" + more : more }.Uri;
    }
}
