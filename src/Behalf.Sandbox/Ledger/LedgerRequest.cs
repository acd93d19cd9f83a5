using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Ledger;

/// <summary>One request as it came in, with what became of it.</summary>
internal sealed class LedgerRequest
{
    private int _completed;

    public required long Sequence { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required Step Step { get; init; }

    public required string Method { get; init; }

    /// <summary>Path and query as they were on the wire, before any decoding.</summary>
    public required string Target { get; init; }

    public required string Path { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The first 64 KiB, as text.</summary>
    public required string Body { get; init; }

    /// <summary>Whose refresh token a refresh presented.</summary>
    public string? Family { get; init; }

    /// <summary>Whose credential a resource call carried; null until it was found good.</summary>
    public string? User { get; set; }

    public string? App { get; set; }

    public string? Fingerprint { get; set; }

    /// <summary>The fault that struck it.</summary>
    public FaultKind? Fault { get; set; }

    /// <summary>A fault keeps the answer back.</summary>
    public bool Unanswered { get; set; }

    /// <summary>Null while it runs, and for good if it was never answered.</summary>
    public int? Status { get; set; }

    /// <summary>True the first time.</summary>
    public bool TryComplete() => Interlocked.Exchange(ref _completed, 1) == 0;
}
