using System.Collections.Frozen;

namespace Behalf.Egress;

/// <summary>Where a request may go, by name. Whoever sends a credential lists the hosts it belongs to.</summary>
internal sealed class AllowedHosts
{
    private readonly FrozenSet<(string Host, int Port)> _exact;
    private readonly (string Suffix, int Port)[] _suffixes;

    private AllowedHosts(IEnumerable<(string Host, int Port)> rules)
    {
        var all = rules.ToLookup(rule => rule.Host.StartsWith('.'));
        _exact = all[false].ToFrozenSet();
        _suffixes = [.. all[true]];
    }

    /// <summary>Any host with a public address, for URLs that carry no credential of a user: webhooks, metadata.</summary>
    public static AllowedHosts AnyPublic { get; } = new([]);

    /// <summary><c>host</c>, <c>host:port</c> or <c>*.domain</c>, as a definition lists them. Without a port the rule is
    /// for the scheme's own; <c>*.domain</c> is for the names below the domain, not for the domain itself.</summary>
    /// <exception cref="FormatException">Names the rule that is none.</exception>
    public static AllowedHosts Of(IEnumerable<string> rules)
    {
        var parsed = rules.Select(Parse).ToArray();
        return parsed.Length > 0 ? new(parsed) : throw new FormatException("At least one host must be allowed.");
    }

    public bool Contain(Uri url)
    {
        if (ReferenceEquals(this, AnyPublic))
        {
            return true;
        }

        var (host, port) = (url.IdnHost, PortOf(url));
        return _exact.Contains((host, port)) || Array.Exists(_suffixes, rule =>
            rule.Port == port && host.Length > rule.Suffix.Length && host.EndsWith(rule.Suffix, StringComparison.Ordinal));
    }

    /// <summary>0 stands for the scheme's own port.</summary>
    private static int PortOf(Uri url) => url.IsDefaultPort ? 0 : url.Port;

    private static (string Host, int Port) Parse(string rule)
    {
        var below = rule.StartsWith("*.", StringComparison.Ordinal);
        var name = below ? rule[2..] : rule;

        // A URL without anything but an authority: whatever else was written shows up in the address it prints as.
        if (!Uri.TryCreate($"https://{name}/", UriKind.Absolute, out var url)
            || !url.Authority.Equals(name, StringComparison.OrdinalIgnoreCase)
            || url.UserInfo.Length > 0
            || (below && (url.HostNameType != UriHostNameType.Dns || !url.IdnHost.Contains('.', StringComparison.Ordinal))))
        {
            throw new FormatException(
                $"'{rule}' is not a host, such as api.example.com, api.example.com:8443 or *.example.com.");
        }

        return ((below ? "." : "") + url.IdnHost, PortOf(url));
    }
}
