namespace Behalf;

/// <summary>A refusal on its way to the caller. Its text is for the caller: never an upstream body, never a secret.</summary>
internal sealed class Problem(Refusal refusal, string? detail = null, string? fix = null) : Exception(detail ?? refusal.Message)
{
    public Refusal Refusal { get; } = refusal;

    /// <summary>What to do next; the refusal's own sentence unless the place that refused knows better.</summary>
    public string Fix { get; } = fix ?? refusal.Fix;

    /// <summary>One line for each thing wrong with the request, where there are several.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>After how many seconds to come back (RFC 9110 §10.2.3).</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The rate that was exceeded, where it was a rate.</summary>
    public int? RequestsPerMinute { get; init; }
}
