using System.Globalization;
using Behalf.Egress;
using Behalf.Projects.Limits;

namespace Behalf.Hosting;

/// <summary>The limits as an operator writes them.</summary>
internal static class LimitVariables
{
    private const long Megabyte = 1024 * 1024;
    private const int MostAtOnce = 100_000;
    private const int MostPerMinute = 60_000_000;

    public static RateSettings Rates(IConfiguration configuration)
    {
        var usual = new RateSettings();
        return new RateSettings
        {
            PerKey = Rate("RATE_PER_KEY", usual.PerKey),
            PerUserKey = Rate("RATE_PER_USER_KEY", usual.PerUserKey),
            PerProject = Rate("RATE_PER_PROJECT", usual.PerProject),
            PerAddress = Rate("RATE_PER_ADDRESS", usual.PerAddress),
        };

        int Rate(string name, int usually) => Number(configuration, name, usually, 0, MostPerMinute);
    }

    /// <summary>Whoever sets the whole alone keeps the proportions of the rest.</summary>
    public static CrowdSettings Crowds(IConfiguration configuration)
    {
        var calls = Number(configuration, "MAX_CALLS", CrowdSettings.UsualCalls, 1, MostAtOnce);
        var half = Math.Max(1, calls / 2);
        return new CrowdSettings
        {
            Calls = calls,
            CallsPerProject = Number(configuration, "MAX_CALLS_PER_PROJECT", half, 1, calls),
            CallsPerProvider = Number(configuration, "MAX_CALLS_PER_PROVIDER", half, 1, calls),
            Waiting = Number(configuration, "MAX_WAITING_CALLS", calls, 0, MostAtOnce),
        };
    }

    public static int Connections(IConfiguration configuration) =>
        Number(configuration, "MAX_CONNECTIONS", ConnectionLimits.UsualConnections, 1, 1_000_000);

    public static long AnswerBytes(IConfiguration configuration) =>
        Number(configuration, "ANSWER_MEMORY", (int)(AnswerMemory.Usual / Megabyte), 96, 1_000_000) * Megabyte;

    private static int Number(IConfiguration configuration, string name, int usually, int least, int most)
    {
        var text = configuration[name];
        return string.IsNullOrWhiteSpace(text) ? usually
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
            : throw new SettingException($"BEHALF_{name} is {text}; it must be a number from {least} to {most}.");
    }
}
