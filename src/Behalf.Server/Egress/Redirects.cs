namespace Behalf.Egress;

/// <summary>One request of a chain of redirects.</summary>
internal sealed record Hop(Uri Url, int Number, IReadOnlyList<KeyValuePair<string, string>> Headers);

/// <summary>Where an answer sends us on to, and what we take along.</summary>
internal static class Redirects
{
    private const int Most = 3;

    /// <summary>The next request; null if the answer is the caller's to have.</summary>
    public static Hop? Next(EgressRequest request, Hop hop, HttpResponseMessage answer)
    {
        if (!request.FollowRedirects
            || (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
            || (int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308)
            || !answer.Headers.NonValidated.TryGetValues("Location", out var location))
        {
            return null;
        }

        if (hop.Number == Most)
        {
            throw EgressException.Of(EgressFailure.TooManyRedirects);
        }

        return Uri.TryCreate(hop.Url, location.ToString(), out var url)
            ? Follow(hop, url)
            : throw EgressException.Denied(EgressDenial.Url, unsent: false);
    }

    /// <summary>Credentials travel in headers of many names: a stranger gets no header but those known to be
    /// harmless.</summary>
    public static Hop Follow(Hop hop, Uri url)
    {
        if (hop.Url.Scheme == Uri.UriSchemeHttps && url.Scheme == Uri.UriSchemeHttp)
        {
            throw EgressException.Denied(EgressDenial.Plaintext, unsent: false);
        }

        return new Hop(url, hop.Number + 1, SameOrigin(hop.Url, url)
            ? hop.Headers
            : [.. hop.Headers.Where(header => HeaderRules.IsFitForStrangers(header.Key))]);
    }

    private static bool SameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.IdnHost == other.IdnHost && one.Port == other.Port;
}
