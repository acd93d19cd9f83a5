using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Ledger;

/// <summary>What the provider saw and did: the oracle that tests hold a client's own account against.</summary>
internal sealed class SandboxLedger(TokenBook tokens, TokenHistory history, SandboxOptions options)
{
    private readonly Recent<LedgerRequest> _requests = new(options.LedgerCapacity);
    private readonly ParallelCalls _tokenCalls = new();
    private long _sequence;

    /// <summary>Every request but those to <c>/ctl</c>, in order of arrival.</summary>
    public IReadOnlyList<LedgerRequest> Requests => _requests.Snapshot();

    public IReadOnlyList<TokenEvent> Events => history.Events;

    public IReadOnlyList<LiveFamily> LiveFamilies => tokens.Live();

    /// <summary>Refreshes that gave tokens, those with a replaced refresh token included.</summary>
    public int Refreshes => Count(TokenEventKind.Refreshed) + Count(TokenEventKind.RefreshedAgain);

    public int ReuseRevocations => Count(TokenEventKind.ReuseRevoked);

    /// <summary>The most refreshes of one family that were ever in progress at once, for each family.</summary>
    public IReadOnlyDictionary<string, int> ParallelRefreshes => _tokenCalls.Most;

    public int MaxParallelRefreshes => ParallelRefreshes.Values.DefaultIfEmpty(0).Max();

    public int Count(TokenEventKind kind) => history.Count(kind);

    /// <summary>Resource calls that carried a good credential of this user.</summary>
    public IReadOnlyList<LedgerRequest> CallsOf(string userId) =>
        [.. Requests.Where(request => request.Step == Step.Api && request.User == userId)];

    public IReadOnlyList<LiveFamily> LiveFamiliesOf(string userId) =>
        [.. LiveFamilies.Where(family => family.User == userId)];

    public long NextSequence() => Interlocked.Increment(ref _sequence);

    public void Add(LedgerRequest request)
    {
        _requests.Add(request);
        if (request.Family is { } family)
        {
            _tokenCalls.Enter(family);
        }
    }

    public void Complete(LedgerRequest request)
    {
        if (request.Family is { } family && request.TryComplete())
        {
            _tokenCalls.Leave(family);
        }
    }

    public void Clear()
    {
        _requests.Clear();
        _tokenCalls.Clear();
        history.Clear();
    }
}
