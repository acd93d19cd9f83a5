namespace Behalf.Wire;

/// <summary>Where the outside reaches this server. Every URL that is given out starts with it, never with a request's Host
/// header, which the caller writes.</summary>
internal sealed class PublicOrigin
{
    private Uri? _value;

    public Uri Value => _value ?? throw new InvalidOperationException("The public origin is known once the server listens.");

    public bool IsHttps => Value.Scheme == Uri.UriSchemeHttps;

    /// <summary>Scheme, host and port, as browsers send it in Origin.</summary>
    public string Origin => Value.GetLeftPart(UriPartial.Authority);

    public void Set(Uri value) => _value = value;

    public string Url(string path) => Value.AbsoluteUri.TrimEnd('/') + path;
}
