namespace Behalf.Egress;

/// <summary>What a request to the outside is for.</summary>
internal enum EgressPurpose
{
    /// <summary>A tool or the proxy.</summary>
    Call,

    Token,

    Revocation,

    Probe,

    Webhook,

    Logo,
}
