using System.Text;
using System.Text.RegularExpressions;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>Failpoints are in the build that is made for them and in no other, and every one of them is hit by a test.</summary>
public sealed partial class ReleaseTests
{
    private static readonly string[] ByHand = ["egress.idle"];

    [Fact]
    public void The_released_server_has_no_failpoint()
    {
        Assert.Empty(Failpoints.All.Where(point => Holds(typeof(Refusal).Assembly.Location, point)));
        Assert.False(Holds(typeof(Refusal).Assembly.Location, "BEHALF_FAILPOINT"));

        // The control: the other build has every one.
        Assert.Empty(Failpoints.All.Where(point => !Holds(ServerProcess.WithFailpoints, point)));
        Assert.True(Holds(ServerProcess.WithFailpoints, "BEHALF_FAILPOINT"));
    }

    [Fact]
    public void Every_failpoint_in_the_source_is_hit_by_a_test()
    {
        var inSource = Directory.EnumerateFiles(Repository.Server, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => Reached().Matches(File.ReadAllText(file)))
            .SelectMany(call => Quoted().Matches(call.Value).Select(name => name.Groups[1].Value));
        Assert.Equal(Failpoints.All.Concat(ByHand).Order(StringComparer.Ordinal), inSource.Order(StringComparer.Ordinal));
    }

    /// <summary>String literals are UTF-16 in an assembly.</summary>
    private static bool Holds(string assembly, string text) =>
        File.ReadAllBytes(assembly).AsSpan().IndexOf(Encoding.Unicode.GetBytes(text)) >= 0;

    [GeneratedRegex(@"Failpoint\.Reach\([^;]*\);")]
    private static partial Regex Reached();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();
}
