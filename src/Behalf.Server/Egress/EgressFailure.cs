namespace Behalf.Egress;

/// <summary>What broke between us and the peer.</summary>
internal enum EgressFailure
{
    /// <summary>We did not want to: see <see cref="EgressDenial"/>.</summary>
    Denied,

    NameNotResolved,

    ConnectFailed,

    TlsFailed,

    /// <summary>The request's deadline passed.</summary>
    Timeout,

    /// <summary>The connection ended before the answer did.</summary>
    ResponseEnded,

    /// <summary>What came is not HTTP, or its body does not decode.</summary>
    InvalidResponse,

    /// <summary>Headers beyond the limit, or a body that unpacks to a multiple no honest answer has.</summary>
    TooLarge,

    TooManyRedirects,

    /// <summary>The answer is large, and others had taken the memory for such answers.</summary>
    NoRoom,
}

/// <summary>Why we did not want to. For the trail and the operator: it tells nobody what an address answered.</summary>
internal enum EgressDenial
{
    /// <summary>Neither http nor https, or with a user name.</summary>
    Url,

    Method,

    Header,

    /// <summary>The host is not one that the request names.</summary>
    Host,

    /// <summary>Every address of the host is private or otherwise not for us.</summary>
    Address,

    Port,

    /// <summary>http to a public address, or a redirect from https to http.</summary>
    Plaintext,
}
