using System.Text.Json.Serialization;

namespace Behalf.Sandbox.Provider;

/// <summary>How an answer goes wrong. "Before" means that the provider did nothing; what says "after", and
/// <see cref="TruncatedJson"/>, happens when the work was done: a token was rotated and nobody was told.</summary>
internal enum FaultKind
{
    [JsonStringEnumMemberName("status_500")]
    Status500,

    [JsonStringEnumMemberName("status_502")]
    Status502,

    [JsonStringEnumMemberName("status_503")]
    Status503,

    [JsonStringEnumMemberName("status_429")]
    Status429,

    /// <summary>No answer, for as long as the caller waits.</summary>
    Timeout,

    /// <summary>The same once the work is done.</summary>
    TimeoutAfter,

    /// <summary>The connection is reset (TCP RST).</summary>
    RstBefore,

    RstAfter,

    /// <summary>The provider ends its side of the connection (TCP FIN) unanswered and goes on listening.</summary>
    HalfClose,

    /// <summary>A page for people where JSON is due.</summary>
    [JsonStringEnumMemberName("html_200")]
    Html200,

    /// <summary>The first half of the true answer, as a complete HTTP message.</summary>
    TruncatedJson,

    /// <summary>Bytes that are nothing, said to be JSON.</summary>
    Garbage,

    /// <summary>50 MB of JSON.</summary>
    HugeBody,

    /// <summary>10 MB that unpack to 10 GB.</summary>
    GzipBomb,

    InvalidGrant,

    InvalidClient,

    /// <summary>An error whose text holds the secrets that were sent.</summary>
    EchoSecret,
}
