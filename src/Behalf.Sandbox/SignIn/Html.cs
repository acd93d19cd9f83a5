using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Behalf.Sandbox.SignIn;

/// <summary>Markup, written as an interpolated string; what fills a hole is encoded unless it is markup
/// itself.</summary>
[InterpolatedStringHandler]
internal readonly struct Html(int literalLength, int formattedCount)
{
    private readonly StringBuilder _markup = new(literalLength + (formattedCount * 32));

    public void AppendLiteral(string markup) => _markup.Append(markup);

    public void AppendFormatted(string? text) => _markup.Append(HtmlEncoder.Default.Encode(text ?? ""));

    public void AppendFormatted(Html part) => _markup.Append(part._markup);

    public void AppendFormatted(IEnumerable<Html> parts)
    {
        foreach (var part in parts)
        {
            AppendFormatted(part);
        }
    }

    public override string ToString() => _markup.ToString();
}
