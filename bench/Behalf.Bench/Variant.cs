namespace Behalf.Bench;

/// <summary>One thing to measure.</summary>
internal sealed record Variant
{
    public required string Name { get; init; }

    public required Uri Url { get; init; }

    public required string Script { get; init; }

    /// <summary>Whether its upstream takes 20 ms.</summary>
    public bool Slow { get; init; }

    public required Func<double> CpuMs { get; init; }

    public Func<double> DatabaseCpuMs { get; init; } = () => 0;

    /// <summary>Statement groups sent to a database server, and syncs of its log, since it started. The embedded database is asked
    /// nothing from outside, and syncs once for each commit.</summary>
    public Func<Task<(long RoundTrips, long Syncs)>> CountsAsync { get; init; } = () => Task.FromResult((0L, 0L));
}
