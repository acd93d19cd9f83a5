using System.Text.Json;

namespace Behalf.Bench.Offering;

/// <summary>What to offer for a while: <see cref="PerSecond"/> calls at even distances, whatever becomes of them, or, where that
/// is 0, the calls of <see cref="AtOnce"/> callers that each wait for their answer. With a config: accounts connected, not calls.</summary>
internal sealed record Order
{
    public double PerSecond { get; init; }

    /// <summary>Connections, each with one call under way at most.</summary>
    public required int AtOnce { get; init; }

    public required int Seconds { get; init; }

    /// <summary>The auth config under which <see cref="AtOnce"/> users connect accounts, one after the other.</summary>
    public string? Config { get; init; }
}

/// <summary>What became of it. Times are from the moment at which a call was due, so that a stall shows in all calls that were
/// due meanwhile.</summary>
internal sealed record Offered
{
    public required double Seconds { get; init; }

    /// <summary>Calls that were sent within a few milliseconds of when they were due.</summary>
    public required long Sent { get; init; }

    /// <summary>Calls that were not sent because the generator itself was too slow.</summary>
    public required long Late { get; init; }

    /// <summary>Calls that were not sent because no connection was free.</summary>
    public required long Unplaced { get; init; }

    /// <summary>Calls that brought the upstream's answer before the time was over.</summary>
    public required long Done { get; init; }

    /// <summary>Answers 429 and 503 that say when to come again.</summary>
    public required long Refused { get; init; }

    /// <summary>All others, and connections that broke.</summary>
    public required long Failed { get; init; }

    /// <summary>The first of those that failed.</summary>
    public string? Failure { get; init; }

    public required double P50Us { get; init; }

    public required double P99Us { get; init; }

    /// <summary>The same without the time that the upstream took, call by call.</summary>
    public required double AddedP50Us { get; init; }

    public required double AddedP99Us { get; init; }

    public double SentPerSecond => Sent / Seconds;

    public double DonePerSecond => Done / Seconds;

    public double RefusedPerSecond => Refused / Seconds;

    public Window ToWindow() => new(DonePerSecond, Done, Failed + Refused, P50Us, P99Us);
}

internal static class Line
{
    public static string Of<T>(T value) => JsonSerializer.Serialize(value);

    public static T To<T>(string line) => JsonSerializer.Deserialize<T>(line)!;
}
