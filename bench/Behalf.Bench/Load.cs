namespace Behalf.Bench;

/// <summary>How much is asked at once, and of which upstream.</summary>
internal sealed record Load(int Connections, bool Slow)
{
    public static IReadOnlyList<Load> All { get; } = [new(1, false), new(64, false), new(256, false), new(512, true)];

    public string Name => Slow ? "calls-slow" : $"calls-{Connections}";

    public override string ToString() => $"{Connections} connection{(Connections > 1 ? "s" : "")}{(Slow ? ", upstream answers after 20 ms" : "")}";
}
