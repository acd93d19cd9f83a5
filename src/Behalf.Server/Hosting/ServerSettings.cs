using System.Globalization;
using System.Net;
using Behalf.Egress;
using Behalf.Hosting.Exports;
using Behalf.Keys.Transit;
using Behalf.Projects.Limits;

namespace Behalf.Hosting;

/// <summary>What an operator decides: <c>BEHALF_*</c> variables, <c>behalf.json</c> or the command line, in this order of
/// weight from the last. A wrong value stops the start with a sentence that names it.</summary>
internal sealed record ServerSettings
{
    /// <summary><c>BEHALF_DATA</c>: the folder of the embedded database, the key file and the admin key.</summary>
    public required string Data { get; init; }

    /// <summary><c>BEHALF_DATABASE</c>: a <c>postgres://</c> URL or an SQLite file; default <c>DATA/behalf.db</c>.</summary>
    public required string Database { get; init; }

    /// <summary><c>BEHALF_PUBLIC_URL</c>: where browsers and SDKs reach this server; every URL it gives out starts with it.
    /// No path: see <see cref="ParsePublicUrl"/>.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary><c>BEHALF_KEYS</c>: the key providers, the first of which wraps: <c>file:PATH</c>, <c>awskms:ARN</c>,
    /// <c>transit:URL</c>; default <c>file:DATA/keys.json</c>.</summary>
    public required string Keys { get; init; }

    /// <summary><c>BEHALF_TRANSIT_…</c>: how to log in to Vault or OpenBao, where the setting before names it.</summary>
    public TransitAccess Transit { get; init; } = new();

    /// <summary><c>BEHALF_BACKUP_RETENTION_DAYS</c>: how long backups are kept. A key is destroyed only so long after it went
    /// out of use, because an older backup needs it.</summary>
    public TimeSpan BackupRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary><c>BEHALF_EGRESS_ALLOW</c>: CIDRs allowed beyond public addresses.</summary>
    public string? EgressAllow { get; init; }

    /// <summary><c>BEHALF_TOOLKITS</c>: the folder of the catalogue; default: the one beside the binary.</summary>
    public required string Toolkits { get; init; }

    /// <summary><c>BEHALF_TOOLKIT_OVERRIDES</c>: a JSON file, slug to URLs, for GitHub Enterprise and the like.</summary>
    public string? ToolkitOverrides { get; init; }

    /// <summary><c>BEHALF_TRUSTED_PROXIES</c>: addresses whose forwarded headers are believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary><c>BEHALF_METRICS</c> and the <c>OTEL_*</c> variables: where spans and numbers go.</summary>
    public TelemetrySettings Telemetry { get; init; } = new();

    public RateSettings Rates { get; init; } = new();

    public CrowdSettings Crowds { get; init; } = new();

    /// <summary><c>BEHALF_MAX_CONNECTIONS</c>: open at once; one more is closed as it comes.</summary>
    public int MaxConnections { get; init; } = ConnectionLimits.UsualConnections;

    /// <summary><c>BEHALF_ANSWER_MEMORY</c>, there in MB: what providers' large answers may take together.</summary>
    public long AnswerBytes { get; init; } = AnswerMemory.Usual;

    /// <summary>The <c>managed_apps</c> of <c>behalf.json</c>: OAuth apps that the operator registered for all projects.</summary>
    public IConfiguration ManagedApps { get; init; } = new ConfigurationBuilder().Build();

    public static ServerSettings From(IConfiguration configuration, IConfiguration environment)
    {
        var data = Path.GetFullPath(configuration["DATA"] ?? "data");
        return new ServerSettings
        {
            Data = data,
            Database = configuration["DATABASE"] ?? Path.Combine(data, "behalf.db"),
            PublicUrl = ParsePublicUrl(configuration["PUBLIC_URL"]),
            Keys = configuration["KEYS"] ?? "file:" + Path.Combine(data, "keys.json"),
            Transit = TransitAccess.From(configuration),
            BackupRetention = ParseDays(configuration["BACKUP_RETENTION_DAYS"]),
            EgressAllow = configuration["EGRESS_ALLOW"],
            Toolkits = configuration["TOOLKITS"] ?? Path.Combine(AppContext.BaseDirectory, "toolkits"),
            ToolkitOverrides = configuration["TOOLKIT_OVERRIDES"],
            ManagedApps = configuration.GetSection("managed_apps"),
            Telemetry = TelemetrySettings.From(configuration["METRICS"], environment),
            TrustedProxies = ParseNetworks(configuration["TRUSTED_PROXIES"]),
            Rates = LimitVariables.Rates(configuration),
            Crowds = LimitVariables.Crowds(configuration),
            MaxConnections = LimitVariables.Connections(configuration),
            AnswerBytes = LimitVariables.AnswerBytes(configuration),
        };
    }

    private static Uri? ParsePublicUrl(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var fits = Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0;
        if (fits && url!.AbsolutePath != "/")
        {
            // Browsers part by origin, not by path: an application beside the Connect page could press its buttons, and read
            // what is typed there.
            throw new SettingException(
                $"BEHALF_PUBLIC_URL is {text}; it must have no path: the Connect page needs a host of its own, such as behalf.{url.Host}.");
        }

        return fits
            ? url
            : throw new SettingException($"BEHALF_PUBLIC_URL is {text}; it must be an https:// URL, or http:// on loopback, without query or user.");
    }

    private static TimeSpan ParseDays(string? text) =>
        int.TryParse(text ?? "30", NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= 3650
            ? TimeSpan.FromDays(days)
            : throw new SettingException($"BEHALF_BACKUP_RETENTION_DAYS is {text}; it must be a number of days from 1 to 3650.");

    private static List<IPNetwork> ParseNetworks(string? text)
    {
        var networks = new List<IPNetwork>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            networks.Add(IPNetwork.TryParse(part.Contains('/') ? part : part + (part.Contains(':') ? "/128" : "/32"), out var network)
                ? network
                : throw new SettingException($"BEHALF_TRUSTED_PROXIES holds {part}; it must be an address or a CIDR such as 10.0.0.0/8."));
        }

        return networks;
    }
}

/// <summary>A setting that the server cannot start with; the message is for the operator.</summary>
internal sealed class SettingException(string message) : Exception(message);
