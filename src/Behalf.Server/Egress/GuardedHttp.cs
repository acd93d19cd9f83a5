using System.Net;

namespace Behalf.Egress;

/// <summary>The way out: every request of this server to anybody goes through here.</summary>
internal sealed class GuardedHttp : IDisposable
{
    private readonly Wire _wire;
    private readonly TimeProvider _clock;
    private readonly AnswerMemory _memory;

    public GuardedHttp(EgressOptions options, TimeProvider clock)
        : this(options, Dns.GetHostAddressesAsync, clock)
    {
    }

    internal GuardedHttp(EgressOptions options, ResolveHost resolve, TimeProvider clock)
    {
        _wire = new Wire(options, resolve);
        _clock = clock;
        _memory = new AnswerMemory(options.AnswerBytes, clock);
    }

    /// <summary>What large answers take, and may take.</summary>
    public AnswerMemory Memory => _memory;

    /// <summary>Sends a request once and reads the answer, whatever its status.</summary>
    /// <exception cref="EgressException">There is no answer; says whether the peer can have seen the request.</exception>
    public async Task<EgressResponse> SendAsync(EgressRequest request, CancellationToken ct)
    {
        using var span = Measures.Span(request);
        var began = _clock.GetTimestamp();
        try
        {
            var answer = await SendGuardedAsync(request, ct);
            Measures.Answered(span, request, answer.Status, _clock.GetElapsedTime(began));
            return answer;
        }
        catch (EgressException e)
        {
            Measures.Failed(span, request, e.Failure, _clock.GetElapsedTime(began));
            throw;
        }
        catch (OperationCanceledException)
        {
            Measures.HungUp(span, request, _clock.GetElapsedTime(began));
            throw;
        }
    }

    public void Dispose() => _wire.Dispose();

    private async Task<EgressResponse> SendGuardedAsync(EgressRequest request, CancellationToken ct)
    {
        Admit(request);
        using var deadline = new CancellationTokenSource(request.Deadline, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        var hop = new Hop(request.Url, 0, request.Headers);
        try
        {
            while (true)
            {
                Admit(hop.Url, request.Hosts);
                using var message = OutgoingMessage.Of(request, hop.Url, hop.Headers);
                using var answer = await _wire.SendAsync(message, request.FreshConnection, either.Token);
                if (Redirects.Next(request, hop, answer) is not { } next)
                {
                    return await ReadAsync(answer, request, either.Token);
                }

                hop = next;
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }
        catch (Exception e) when (Faults.Explain(e, deadline.IsCancellationRequested) is { } fault)
        {
            throw hop.Number == 0 ? fault : fault.AfterSending();
        }
    }

    /// <summary>CONNECT would make a tunnel of a connection, and TRACE has the peer recite our headers.</summary>
    private static void Admit(EgressRequest request)
    {
        if (request.Method == HttpMethod.Connect || request.Method == HttpMethod.Trace)
        {
            throw EgressException.Denied(EgressDenial.Method);
        }

        if (request.Headers.Any(header => !HeaderRules.MayBeSent(header.Key, header.Value))
            || (request.ContentType is { } type && !HeaderRules.MayBeSent("Content-Type", type)))
        {
            throw EgressException.Denied(EgressDenial.Header);
        }
    }

    private static void Admit(Uri url, AllowedHosts hosts)
    {
        if (!url.IsAbsoluteUri || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0)
        {
            throw EgressException.Denied(EgressDenial.Url);
        }

        if (!hosts.Contain(url))
        {
            throw EgressException.Denied(EgressDenial.Host);
        }
    }

    private async Task<EgressResponse> ReadAsync(HttpResponseMessage answer, EgressRequest request, CancellationToken ct)
    {
        var headers = answer.Headers.NonValidated
            .Concat(answer.Content.Headers.NonValidated)
            .Where(header => HeaderRules.IsHandedOn(header.Key))
            .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var body = await AnswerBody.ReadAsync(answer.Content, request.MaxResponseBytes, _memory, request.Project, ct);
        return new EgressResponse
        {
            Status = (int)answer.StatusCode,
            Headers = headers,
            Body = body.Bytes,
            Truncated = body.Truncated,
            Memory = body.Memory,
        };
    }
}
