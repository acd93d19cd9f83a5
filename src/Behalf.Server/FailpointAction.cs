using System.Globalization;
using System.Runtime.InteropServices;

namespace Behalf;

/// <summary>What happens at a failpoint, in the Failpoints configuration only: <c>BEHALF_FAILPOINT=name:kill</c> ends the process
/// with SIGKILL, <c>stop</c> halts it until SIGCONT, <c>throw</c> throws; with <c>@n</c> at the n-th time the name is reached.</summary>
internal static partial class Failpoint
{
    private const int Kill = 9;
    private const int Stop = 19; // Linux's number

    private static readonly Setting? Set = Setting.Read(Environment.GetEnvironmentVariable("BEHALF_FAILPOINT"));
    private static int reached;

    static partial void Act(string name)
    {
        if (Set is null || name != Set.Name || Interlocked.Increment(ref reached) != Set.Time)
        {
            return;
        }

        if (Set.Action == "throw")
        {
            throw new InvalidOperationException($"The failpoint {name} was reached.");
        }

        _ = raise(Set.Action == "stop" ? Stop : Kill);
    }

#pragma warning disable SYSLIB1054, CA5392, IDE1006 // The C library's name; generated marshalling would need unsafe code.
    [DllImport("libc")]
    private static extern int raise(int signal);
#pragma warning restore SYSLIB1054, CA5392, IDE1006

    private sealed record Setting(string Name, string Action, int Time)
    {
        public static Setting? Read(string? text)
        {
            if (string.IsNullOrEmpty(text))
            {
                return null;
            }

            var parts = text.Split(':', '@');
            return parts is [_, "kill" or "stop" or "throw", ..]
                ? new Setting(parts[0], parts[1], parts.Length > 2 ? int.Parse(parts[2], CultureInfo.InvariantCulture) : 1)
                : throw new FormatException($"BEHALF_FAILPOINT is name:kill, name:stop or name:throw, and @n if not at the first time; this is {text}.");
        }
    }
}
