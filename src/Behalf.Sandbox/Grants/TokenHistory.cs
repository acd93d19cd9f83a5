using System.Collections.Concurrent;
using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Grants;

/// <summary>What can happen to a token.</summary>
internal enum TokenEventKind
{
    /// <summary>A code or a client's own credentials gave tokens.</summary>
    Issued,

    /// <summary>A refresh token that had not been replaced gave tokens.</summary>
    Refreshed,

    /// <summary>A replaced refresh token gave tokens, as grace and until_used allow.</summary>
    RefreshedAgain,

    /// <summary>A replaced refresh token was presented too late: its family was revoked.</summary>
    ReuseRevoked,

    /// <summary>A code was presented twice: what it gave was revoked.</summary>
    CodeReuseRevoked,

    /// <summary>A refresh token of a revoked family, or one idle for too long, was refused.</summary>
    RefreshRefused,

    /// <summary>A family was revoked by the app (RFC 7009) or by its user.</summary>
    Revoked,

    /// <summary>One access token was revoked (RFC 7009).</summary>
    AccessRevoked,

    /// <summary>Access tokens were made to expire.</summary>
    AccessExpired,
}

internal sealed record TokenEvent
{
    public required DateTimeOffset Time { get; init; }

    public required TokenEventKind Kind { get; init; }

    public required string Family { get; init; }

    public required string App { get; init; }

    public string? User { get; init; }

    public required int Generation { get; init; }
}

/// <summary>What happened to tokens: the latest events, and a count of each kind over all time.</summary>
internal sealed class TokenHistory(SandboxOptions options)
{
    private readonly Recent<TokenEvent> _events = new(options.LedgerCapacity);
    private readonly ConcurrentDictionary<TokenEventKind, int> _counts = new();

    public IReadOnlyList<TokenEvent> Events => _events.Snapshot();

    public int Count(TokenEventKind kind) => _counts.GetValueOrDefault(kind);

    public void Add(TokenEventKind kind, TokenFamily family)
    {
        _counts.AddOrUpdate(kind, 1, (_, count) => count + 1);
        _events.Add(new TokenEvent
        {
            Time = options.Time.GetUtcNow(),
            Kind = kind,
            Family = family.Id,
            App = family.App.ClientId,
            User = family.User?.Id,
            Generation = family.Generation,
        });
    }

    public void Clear()
    {
        _events.Clear();
        _counts.Clear();
    }
}
