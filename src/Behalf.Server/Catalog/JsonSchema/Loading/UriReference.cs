using System.Text;

namespace Behalf.Catalog.JsonSchema;

/// <summary>The five parts of a URI reference (RFC 3986 appendix B). <see cref="Uri"/> is not used because it rewrites
/// what it is given: backslashes, ports, escapes.</summary>
internal readonly record struct UriReference(
    string? Scheme, string? Authority, string Path, string? Query, string? Fragment)
{
    public static UriReference Parse(string text)
    {
        var rest = text.AsSpan();
        string? scheme = null, authority = null, query = null, fragment = null;
        if (rest.IndexOf('#') is var hash and >= 0)
        {
            fragment = rest[(hash + 1)..].ToString();
            rest = rest[..hash];
        }

        if (rest.IndexOf('?') is var mark and >= 0)
        {
            query = rest[(mark + 1)..].ToString();
            rest = rest[..mark];
        }

        if (rest.IndexOfAny(':', '/') is var colon and > 0 && rest[colon] == ':')
        {
            scheme = rest[..colon].ToString();
            rest = rest[(colon + 1)..];
        }

        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            rest = rest[2..];
            var slash = rest.IndexOf('/');
            authority = (slash < 0 ? rest : rest[..slash]).ToString();
            rest = slash < 0 ? [] : rest[slash..];
        }

        return new(scheme, authority, rest.ToString(), query, fragment);
    }

    /// <summary>RFC 3986 §5.2.2.</summary>
    public UriReference ResolveAgainst(UriReference @base)
    {
        if (Scheme is not null)
        {
            return this with { Path = WithoutDots(Path) };
        }

        if (Authority is not null)
        {
            return this with { Scheme = @base.Scheme, Path = WithoutDots(Path) };
        }

        if (Path.Length == 0)
        {
            return @base with { Query = Query ?? @base.Query, Fragment = Fragment };
        }

        var path = Path[0] == '/' ? Path : Merge(@base);
        return this with { Scheme = @base.Scheme, Authority = @base.Authority, Path = WithoutDots(path) };
    }

    public string WithoutFragment() => (this with { Fragment = null }).ToString();

    /// <summary>RFC 3986 §5.3.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Scheme is not null)
        {
            text.Append(Scheme).Append(':');
        }

        if (Authority is not null)
        {
            text.Append("//").Append(Authority);
        }

        text.Append(Path);
        if (Query is not null)
        {
            text.Append('?').Append(Query);
        }

        return Fragment is null ? text.ToString() : text.Append('#').Append(Fragment).ToString();
    }

    /// <summary>RFC 3986 §5.2.3.</summary>
    private string Merge(UriReference @base) =>
        @base.Authority is not null && @base.Path.Length == 0
            ? "/" + Path
            : string.Concat(@base.Path.AsSpan(0, @base.Path.LastIndexOf('/') + 1), Path);

    /// <summary>RFC 3986 §5.2.4.</summary>
    private static string WithoutDots(string path)
    {
        if (!path.Contains("/.", StringComparison.Ordinal))
        {
            return path;
        }

        var kept = new List<string>();
        var segments = path.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            if (segments[i] == ".." && kept.Count > 1)
            {
                kept.RemoveAt(kept.Count - 1);
            }

            if (segments[i] is "." or "..")
            {
                kept.AddRange(isLast ? [""] : []);
                continue;
            }

            kept.Add(segments[i]);
        }

        return string.Join('/', kept);
    }
}
