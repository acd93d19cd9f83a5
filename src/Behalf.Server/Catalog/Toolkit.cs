using System.Text.Json.Serialization;

namespace Behalf.Catalog;

/// <summary>One app as data: how to connect an account of it and how to talk to it. Its tools stand beside
/// it.</summary>
internal sealed record Toolkit
{
    public const string DefaultServer = "api";

    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>Canonical: lower case.</summary>
    public required string Slug { get; init; }

    public IReadOnlyList<string> Aliases { get; init; } = [];

    public required string Name { get; init; }

    public required string Description { get; init; }

    public required IReadOnlyList<Category> Categories { get; init; }

    /// <summary><c>YYYYMMDD_NN</c>; every tool of the toolkit carries it.</summary>
    public required string Version { get; init; }

    /// <summary>File name of the mark, in the toolkit's folder.</summary>
    public required string Logo { get; init; }

    public string? AppUrl { get; init; }

    /// <summary>Where the provider explains how to register an app or make a key.</summary>
    public string? AuthGuideUrl { get; init; }

    /// <summary>Base addresses by name; <see cref="DefaultServer"/> is always among them.</summary>
    public required IReadOnlyDictionary<string, UrlTemplate> Servers { get; init; }

    /// <summary>Hosts beyond those of <see cref="Servers"/> that a credential of this toolkit may be sent to.</summary>
    public IReadOnlyList<UrlTemplate> ExtraHosts { get; init; } = [];

    /// <summary>Headers on every call, such as an API version.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = EmptyText;

    /// <summary>Headers that a caller of the proxy may set beyond the harmless ones.</summary>
    public IReadOnlyList<string> ProxyHeaders { get; init; } = [];

    /// <summary>What <c>{name}</c> stands for in the URLs above and below.</summary>
    public IReadOnlyList<ConnectionField> Variables { get; init; } = [];

    public required IReadOnlyList<AuthScheme> Auth { get; init; }

    public FailureSigns Failures { get; init; } = new();

    public RateLimitSigns RateLimit { get; init; } = new();

    public IReadOnlyDictionary<string, Pagination> Pagination { get; init; } = new Dictionary<string, Pagination>();

    /// <summary>A cheap call that proves a connection and names whose it is.</summary>
    public Probe? Probe { get; init; }

    public required Provenance Provenance { get; init; }

    /// <summary>Set by the operator's overrides: the endpoints are not the ones that the catalogue ships.</summary>
    [JsonIgnore]
    public bool IsRedirected { get; init; }

    /// <summary>Where the toolkit's files are; set by the loader.</summary>
    [JsonIgnore]
    public string Folder { get; init; } = "";

    internal static IReadOnlyDictionary<string, string> EmptyText { get; } = new Dictionary<string, string>();

    public AuthScheme? Scheme(AuthMode mode) => Auth.FirstOrDefault(scheme => scheme.Mode == mode);

    public string LogoPath => Path.Combine(Folder, Logo);

    /// <summary>Base address of a server for one connection, without a slash at the end.</summary>
    public string BaseUrl(string server, IReadOnlyDictionary<string, string> variables) =>
        Server(server).Fill(Variables, variables).TrimEnd('/');

    /// <summary>The same, read.</summary>
    public Uri BaseAddress(string server, IReadOnlyDictionary<string, string> variables) => Server(server).Address(Variables, variables);

    private UrlTemplate Server(string server) =>
        Servers.TryGetValue(server, out var url)
            ? url
            : throw new CatalogException(
                $"The overrides for {Slug} give no address for its server {server}: add it under servers.");

    /// <summary>Every <c>host</c> or <c>host:port</c> that a credential of this connection may be sent to.</summary>
    public IReadOnlyList<string> Hosts(IReadOnlyDictionary<string, string> variables) =>
    [
        .. Servers.Values.Select(url => new Uri(url.Fill(Variables, variables)).Authority)
            .Concat(ExtraHosts.Select(host => host.Fill(Variables, variables)))
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];
}

/// <summary>A shelf that the toolkit stands on.</summary>
internal sealed record Category(string Slug, string Name);

/// <summary>Where the facts come from, and what has checked them.</summary>
internal sealed record Provenance
{
    public required ProvenanceTier Tier { get; init; }

    public required IReadOnlyList<FactSource> Sources { get; init; }
}

/// <summary>How far a definition can be trusted; told to users, never blended into one number.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProvenanceTier>))]
internal enum ProvenanceTier
{
    /// <summary>Written by hand, each tool with a golden vector.</summary>
    [JsonStringEnumMemberName("curated")]
    Curated,

    /// <summary>Generated from the vendor's own description.</summary>
    [JsonStringEnumMemberName("vendor-spec")]
    VendorSpec,

    /// <summary>Generated from a description somebody else wrote.</summary>
    [JsonStringEnumMemberName("community-spec")]
    CommunitySpec,
}

/// <summary>A page that a fact was read from. <see cref="About"/> is a JSON pointer into the definition, or empty for
/// all of it.</summary>
internal sealed record FactSource(string About, string Url);
