using System.Globalization;

namespace Behalf.Tests.Fuzz;

/// <summary>How much is tried, and from which seed: <c>BEHALF_FUZZ_REQUESTS</c>, <c>BEHALF_FUZZ_MUTATIONS</c> (of each database) and
/// <c>BEHALF_FUZZ_SEED</c>. The same seed and sizes send the same bytes again.</summary>
internal static class FuzzSize
{
    public static int Requests { get; } = Read("BEHALF_FUZZ_REQUESTS", 10_000);

    public static int Mutations { get; } = Read("BEHALF_FUZZ_MUTATIONS", 2_500);

    /// <summary>Always the same in a usual run: what was green stays green until somebody changes the server.</summary>
    public static int Seed { get; } = Read("BEHALF_FUZZ_SEED", 20261120);

    private static int Read(string name, int usual) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
        ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
        : usual;
}
