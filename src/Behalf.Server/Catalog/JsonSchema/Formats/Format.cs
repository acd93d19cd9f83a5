using System.Collections.Frozen;

namespace Behalf.Catalog.JsonSchema;

/// <summary>A named form of text: what it is called in a sentence, an example, and the check.</summary>
internal sealed class Format
{
    /// <summary>Not here, and so never asserted: idn-hostname, which takes the tables of IDNA,
    /// and uri-template.</summary>
    private static readonly FrozenDictionary<string, Format> All = new Dictionary<string, Format>(StringComparer.Ordinal)
    {
        ["date-time"] = new("a date and time with offset", "2026-01-31T09:30:00Z", DateFormats.IsDateTime),
        ["date"] = new("a date", "2026-01-31", DateFormats.IsDate),
        ["time"] = new("a time with offset", "09:30:00Z", DateFormats.IsTime),
        ["duration"] = new("an ISO 8601 duration", "P1DT12H", DateFormats.IsDuration),
        ["email"] = new("an email address", "alice@example.com", AddressFormats.IsEmail),
        ["idn-email"] = new("an email address", "alice@example.com", AddressFormats.IsInternationalEmail),
        ["hostname"] = new("a host name", "www.example.com", HostFormats.IsHostName),
        ["ipv4"] = new("an IPv4 address", "192.0.2.1", HostFormats.IsIPv4),
        ["ipv6"] = new("an IPv6 address", "2001:db8::1", HostFormats.IsIPv6),
        ["uri"] = new("an absolute URI", "https://example.com/path", UriFormats.IsUri),
        ["uri-reference"] = new("a URI or a relative reference", "/path?x=1", UriFormats.IsUriReference),
        ["iri"] = new("an absolute IRI", "https://example.com/path", UriFormats.IsIri),
        ["iri-reference"] = new("an IRI or a relative reference", "/path?x=1", UriFormats.IsIriReference),
        ["uuid"] = new("a UUID", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", SyntaxFormats.IsUuid),
        ["json-pointer"] = new("a JSON pointer", "/items/0", SyntaxFormats.IsJsonPointer),
        ["relative-json-pointer"] = new("a relative JSON pointer", "1/items/0", SyntaxFormats.IsRelativeJsonPointer),
        ["regex"] = new("a regular expression (ECMA-262)", "^[a-z]+$", SyntaxFormats.IsRegex),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly Predicate _fits;

    private Format(string phrase, string example, Predicate fits) => (Phrase, Example, _fits) = (phrase, example, fits);

    private delegate bool Predicate(ReadOnlySpan<char> text);

    public string Phrase { get; }

    public string Example { get; }

    public static Format? Named(string name) => All.GetValueOrDefault(name);

    public bool Fits(ReadOnlySpan<char> text) => _fits(text);
}
