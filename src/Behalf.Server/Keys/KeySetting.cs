using System.Text.RegularExpressions;
using Behalf.Keys.Aws;
using Behalf.Keys.Local;
using Behalf.Keys.Transit;

namespace Behalf.Keys;

/// <summary><c>BEHALF_KEYS</c>: which providers keep the keys that wrap all others. The first one wraps; the others open what
/// they wrapped.</summary>
internal static partial class KeySetting
{
    /// <summary>Where keys are when nothing is said.</summary>
    public static string Default(string dataFolder) => "file:" + Path.Combine(dataFolder, "keys.json");

    /// <exception cref="FormatException">The message names the setting and what it may be.</exception>
    public static KeyProviders Parse(string? value, string dataFolder, TransitAccess access, KeyServiceLimits limits, TimeProvider clock)
    {
        var setting = string.IsNullOrWhiteSpace(value) ? Default(dataFolder) : value;
        var all = new List<IKeyProvider>();
        foreach (var part in BetweenProviders().Split(setting))
        {
            all.Add(Open(part.Trim(), setting, access, limits, clock));
        }

        if (all.OfType<KeyFile>().Count() > 1)
        {
            throw new FormatException($"BEHALF_KEYS is '{setting}', but it must name one key file at most.");
        }

        var transit = all.OfType<TransitKey>().ToList();
        return transit.DistinctBy(key => key.Name).Count() == transit.Count
            ? new KeyProviders(all)
            : throw new FormatException($"BEHALF_KEYS is '{setting}', but its transit keys must differ in mount or name.");
    }

    private static IKeyProvider Open(string text, string setting, TransitAccess access, KeyServiceLimits limits, TimeProvider clock)
    {
        try
        {
            return text.Split(':', 2) switch
            {
                ["file", { Length: > 0 } path] => new KeyFile(path, clock),
                [AwsKms.Kind, var arn] => AwsKms.Open(arn, limits, clock),
                [TransitKey.Kind, var url] => new TransitKey(TransitAddress.Parse(url), access.Checked(), limits, clock),
                _ => throw new FormatException("it must be file:PATH, awskms:ARN or transit:URL, or several with commas between them"),
            };
        }
        catch (FormatException e) when (!e.Message.StartsWith("BEHALF_", StringComparison.Ordinal))
        {
            throw new FormatException($"BEHALF_KEYS is '{setting}', but {e.Message}.");
        }
    }

    /// <summary>A comma in a path is not one between providers.</summary>
    [GeneratedRegex(@",\s*(?=(?:file|awskms|transit):)", RegexOptions.CultureInvariant)]
    private static partial Regex BetweenProviders();
}
