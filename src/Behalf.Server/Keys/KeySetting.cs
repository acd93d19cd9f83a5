using Behalf.Keys.Local;

namespace Behalf.Keys;

/// <summary><c>BEHALF_KEYS</c>: which provider keeps the keys that wrap all others.</summary>
internal static class KeySetting
{
    /// <summary>Where keys are when nothing is said.</summary>
    public static string Default(string dataFolder) => "file:" + Path.Combine(dataFolder, "keys.json");

    /// <exception cref="FormatException">The message names the setting and what it may be.</exception>
    public static KeyFile Parse(string? value, string dataFolder, TimeProvider clock)
    {
        var setting = string.IsNullOrWhiteSpace(value) ? Default(dataFolder) : value;
        return setting.Split(':', 2) is ["file", { Length: > 0 } path]
            ? new KeyFile(path, clock)
            : throw new FormatException($"BEHALF_KEYS is '{setting}', but it must be file:PATH.");
    }
}
