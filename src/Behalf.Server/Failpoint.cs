using System.Diagnostics;

namespace Behalf;

/// <summary>Named moments at which a build made for it can be killed, stopped or broken; from every other build the compiler
/// leaves the calls out, names and all.</summary>
internal static partial class Failpoint
{
    [Conditional("FAILPOINTS")]
    public static void Reach(string name) => Act(name);

    static partial void Act(string name);
}
