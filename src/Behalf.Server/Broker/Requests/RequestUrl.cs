using System.Text;
using System.Text.Json.Nodes;
using Behalf.Catalog;

namespace Behalf.Broker.Requests;

/// <summary>Puts a URL together from a base that the definition fixes and parts that a model chose. Every part is encoded;
/// the result is parsed again and must still be under the base.</summary>
internal sealed class RequestUrl(string baseUrl)
{
    private readonly StringBuilder _path = new();
    private readonly StringBuilder _query = new();

    /// <summary>Fixed text of the definition.</summary>
    public void AppendPath(string literal) => _path.Append(literal);

    /// <summary>One segment, whatever the value holds.</summary>
    public void AppendSegment(string parameter, string value)
    {
        // Some servers decode %2F before they route, so a dot segment is refused even inside an encoded segment.
        if (value.Length is 0 || value.Split('/', '\\').Any(part => part is "." or "..") || value.Any(char.IsControl))
        {
            throw new ToolArgumentException(
                parameter, $"{parameter} becomes part of a path: it must not be empty, hold control characters or . or .. steps.");
        }

        _path.Append(Uri.EscapeDataString(value));
    }

    /// <summary>As many segments as the value has.</summary>
    public void AppendSegments(string parameter, string value)
    {
        var segments = value.Trim('/').Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            _path.Append(i is 0 ? "" : "/");
            AppendSegment(parameter, segments[i]);
        }
    }

    public void AppendQuery(string name, JsonNode? value, ListStyle style)
    {
        foreach (var (key, text) in WireText.Pairs(name, value, style))
        {
            _query.Append(_query.Length is 0 ? '?' : '&')
                .Append(Uri.EscapeDataString(key)).Append('=').Append(Uri.EscapeDataString(text));
        }
    }

    public Uri Build()
    {
        var root = new Uri(baseUrl + "/");
        var url = new Uri(baseUrl + _path + _query);
        return url.Scheme == root.Scheme && url.Authority == root.Authority && url.UserInfo.Length is 0
            && url.AbsolutePath == new Uri(root, ".").AbsolutePath.TrimEnd('/') + _path
            ? url
            : throw new ToolArgumentException("", "The arguments do not make an address under the tool's own.");
    }
}
