using System.Collections.Concurrent;
using Behalf.Audit;
using Behalf.Audit.Calls;
using Behalf.Catalog;
using Behalf.Projects.Limits;

namespace Behalf.Broker.Places;

/// <summary>What is about to be called, for the event of a call that got no place.</summary>
internal readonly record struct CallSubject(string Action, string Tool, string? User);

/// <summary>The places of a call: one at its provider's gate, so that a provider that hangs holds up no more than its part, then
/// one among all. In this order: a call that waits for its provider is in nobody else's way.</summary>
internal sealed class CallPlaces(CrowdSettings settings, CallRecorder recorder, TimeProvider clock)
{
    // As many as the catalogue has toolkits.
    private readonly ConcurrentDictionary<string, Gate> _ofProviders = new(StringComparer.Ordinal);
    private readonly Gate _ofAll = new(settings.ForAll, Refusal.Overloaded, clock);

    public Gate OfAll => _ofAll;

    /// <summary>By toolkit; those that were called.</summary>
    public IEnumerable<KeyValuePair<string, Gate>> OfProviders => _ofProviders;

    /// <summary>How many calls to a provider are under way, and how many wait.</summary>
    public (int Inside, int Waiting) CrowdAt(string toolkit) => AtProvider(toolkit).Crowd;

    /// <exception cref="Problem">There is no place, and none came in time: the call must not be made.</exception>
    public async ValueTask<CallPlace> EnterAsync(Caller caller, Toolkit toolkit, CallSubject subject, CancellationToken ct)
    {
        var atProvider = await EnterProviderAsync(caller, toolkit, subject, ct);
        try
        {
            return new CallPlace(atProvider, await _ofAll.EnterAsync(caller.Project, caller.CallsAtOnce, ct));
        }
        catch
        {
            atProvider.Dispose();
            throw;
        }
    }

    /// <summary>With what a call would be refused at once; null if it would not, or if the trail must be told of it.</summary>
    /// <param name="caller">Whose call it is.</param>
    /// <param name="toolkit">The provider, where it is known already.</param>
    public Problem? RefusesAtOnce(Caller caller, string? toolkit)
    {
        if (toolkit is not null && AtProvider(toolkit).RefusesAtOnce(caller.Project, ShareOfProvider(caller)) is { } problem)
        {
            return problem.Refusal == Refusal.ProviderBusy ? null : problem;
        }

        return _ofAll.RefusesAtOnce(caller.Project, caller.CallsAtOnce);
    }

    private int? ShareOfProvider(Caller caller) => caller.CallsAtOnce is { } most ? settings.ShareOfProvider(most) : null;

    private async ValueTask<Gate.Place> EnterProviderAsync(Caller caller, Toolkit toolkit, CallSubject subject, CancellationToken ct)
    {
        try
        {
            return await AtProvider(toolkit.Slug).EnterAsync(caller.Project, ShareOfProvider(caller), ct);
        }
        catch (Problem e) when (e.Refusal == Refusal.ProviderBusy)
        {
            await RecordAsync(caller, toolkit, subject, ct);
            throw;
        }
    }

    private Gate AtProvider(string toolkit) => _ofProviders.TryGetValue(toolkit, out var known)
        ? known
        : _ofProviders.GetOrAdd(toolkit, new Gate(settings.ForProvider, Refusal.ProviderBusy, clock));

    /// <summary>A provider that does not keep up is somebody's finding in the trail. What is refused because this server is full is
    /// not written down: that would be more work where there is too much.</summary>
    private async Task RecordAsync(Caller caller, Toolkit toolkit, CallSubject subject, CancellationToken ct)
    {
        var refused = AuditEvent.By(caller, subject.Action) with
        {
            UserId = caller.BoundUser ?? subject.User,
            Toolkit = toolkit.Slug,
            Tool = subject.Tool,
            Outcome = AuditOutcomes.Refused,
            Detail = "{\"reason\":\"provider_busy\"}",
        };
        await using var record = recorder.Reserve(refused);
        await record.CompleteAsync(refused, ct);
    }
}

/// <summary>A call's places, until it is disposed of.</summary>
internal readonly struct CallPlace(Gate.Place atProvider, Gate.Place amongAll) : IDisposable
{
    public void Dispose()
    {
        amongAll.Dispose();
        atProvider.Dispose();
    }
}
