namespace Behalf.Tests.Chaos;

/// <summary>How much is broken: a little in <c>./test</c>, all combinations in <c>./test --chaos</c>, long runs in <c>./test --soak</c>.</summary>
internal static class ChaosSize
{
    private static readonly string Named = Environment.GetEnvironmentVariable("BEHALF_CHAOS") ?? "";

    public static bool IsShort => Named.Length == 0;

    /// <summary>How often each failpoint is hit with each rotation and each database: for the soak about 1,500 kills in all.</summary>
    public static int Rounds => Of(1, 3, 14);

    public static T Of<T>(T test, T chaos, T soak) => Named switch
    {
        "" => test,
        "chaos" => chaos,
        "soak" => soak,
        _ => throw new InvalidOperationException($"BEHALF_CHAOS is chaos or soak, or not set; this is {Named}."),
    };
}
