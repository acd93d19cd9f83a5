using System.Globalization;
using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox;

/// <summary>Reads the program's arguments.</summary>
internal static class CommandLine
{
    public const string Usage =
        "usage: behalf-sandbox [--urls http://127.0.0.1:4010] [--controls] [--access-token-lifetime SECONDS]"
        + " [--rotation none|grace|until_used|strict]";

    /// <summary>Where <c>toolkits/sandbox</c> looks for it.</summary>
    private const string DefaultUrl = "http://127.0.0.1:4010";

    /// <exception cref="FormatException">Says which argument is wrong.</exception>
    public static SandboxOptions Parse(IReadOnlyList<string> args)
    {
        var options = new SandboxOptions { Url = DefaultUrl };
        for (var i = 0; i < args.Count; i++)
        {
            options = args[i] switch
            {
                "--controls" => options with { Controls = true },
                "--urls" => options with { Url = HttpUrl(Value(args, ++i)) },
                "--access-token-lifetime" => options with
                {
                    Modes = options.Modes with { AccessTokenLifetimeS = Seconds(Value(args, ++i)) },
                },
                "--rotation" => options with { Modes = options.Modes with { Rotation = RotationOf(Value(args, ++i)) } },
                _ => throw new FormatException($"{args[i]} is not an option."),
            };
        }

        return options;
    }

    private static string Value(IReadOnlyList<string> args, int index) =>
        index < args.Count ? args[index] : throw new FormatException($"{args[index - 1]} needs a value.");

    private static string HttpUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp && url.PathAndQuery == "/"
            ? text
            : throw new FormatException($"--urls is one address like http://127.0.0.1:8090, not {text}.");

    private static int Seconds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? seconds
            : throw new FormatException($"--access-token-lifetime is a number of seconds, not {text}.");

    private static Rotation RotationOf(string text) => text switch
    {
        "none" => Rotation.None,
        "grace" => Rotation.Grace,
        "until_used" => Rotation.UntilUsed,
        "strict" => Rotation.Strict,
        _ => throw new FormatException($"--rotation is none, grace, until_used or strict, not {text}."),
    };
}
