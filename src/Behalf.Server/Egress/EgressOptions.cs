using System.Net;

namespace Behalf.Egress;

/// <summary>What the operator lets this server reach beyond public addresses.</summary>
internal sealed record EgressOptions
{
    public const string Variable = "BEHALF_EGRESS_ALLOW";

    /// <summary>Ranges that may be called although they are not public; plain http is taken there, too.</summary>
    public required IReadOnlyList<IPNetwork> Allow { get; init; }

    /// <summary>For name, TCP and TLS together. Far below any deadline, so that a peer that does not answer is known
    /// to have received nothing.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>BEHALF_ANSWER_MEMORY</c>: what large answers may take together.</summary>
    public long AnswerBytes { get; init; } = AnswerMemory.Usual;

    /// <summary>Reads the value of <see cref="Variable"/>: ranges such as <c>10.20.0.0/16</c>, separated by commas.</summary>
    /// <exception cref="FormatException">Names the variable and the part of its value that is wrong.</exception>
    public static EgressOptions Parse(string? allow) => new()
    {
        Allow =
        [
            .. (allow ?? "")
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(Range),
        ],
    };

    private static IPNetwork Range(string text)
    {
        // .NET reads 127/8 as 0.0.0.0/8, 010.0.0.0/8 as 8.0.0.0/8 and drops host bits: only the text that the range
        // itself prints as says what its writer meant.
        if (!IPNetwork.TryParse(text, out var range)
            || !range.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
        {
            throw Wrong(text, "is not an address range in its shortest form, such as 10.20.0.0/16 or fd00::/8");
        }

        if (range.PrefixLength == 0)
        {
            throw Wrong(text, "would switch the address guard off: name the ranges that are needed");
        }

        if (!range.BaseAddress.Equals(EmbeddedIPv4.Unwrap(range.BaseAddress)))
        {
            throw Wrong(text, "stands for IPv4 addresses: write the IPv4 range instead");
        }

        return range;
    }

    private static FormatException Wrong(string text, string why) => new($"{Variable}: '{text}' {why}.");
}
