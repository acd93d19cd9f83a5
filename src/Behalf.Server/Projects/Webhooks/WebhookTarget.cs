using System.Net;
using Behalf.Egress;

namespace Behalf.Projects.Webhooks;

/// <summary>Which addresses may be typed for a webhook. What a name stands for is judged each time a delivery connects; here
/// is refused what can be seen to be wrong already.</summary>
internal sealed class WebhookTarget(EgressOptions options)
{
    private const int MostCharacters = 2048;

    private readonly AddressGuard _guard = new(options);

    public string Check(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MostCharacters)
        {
            throw new Problem(Refusal.InvalidRequest, $"webhook_url is a URL of at most {MostCharacters} characters.");
        }

        if (!UrlRules.TryParse(text, out var url, out var fault))
        {
            throw new Problem(Refusal.InvalidRequest, "webhook_url: " + fault);
        }

        var encrypted = url.Scheme == Uri.UriSchemeHttps;
        if (AddressOf(url) is { } address)
        {
            Admit(_guard.Judge(address, url.Port, encrypted));
        }
        else if (!encrypted && options.Allow.Count == 0)
        {
            // A name inside the operator's own ranges may be called in the clear, and no other.
            Admit(EgressDenial.Plaintext);
        }

        return text;
    }

    private static void Admit(EgressDenial? denial)
    {
        if (denial is { } why)
        {
            throw new Problem(Refusal.EgressDenied, EgressException.Denied(why).Message);
        }
    }

    /// <summary>RFC 6761 §6.3: localhost and the names below it are this machine, whatever a name server says.</summary>
    private static IPAddress? AddressOf(Uri url) =>
        url.IdnHost == "localhost" || url.IdnHost.EndsWith(".localhost", StringComparison.Ordinal) ? IPAddress.Loopback
        : IPAddress.TryParse(url.IdnHost, out var address) ? address : null;
}
