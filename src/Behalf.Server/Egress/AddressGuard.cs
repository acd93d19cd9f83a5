using System.Net;

namespace Behalf.Egress;

/// <summary>Decides whether a connection may be opened. There is no way around it: every connection asks.</summary>
internal sealed class AddressGuard(EgressOptions options)
{
    /// <summary>Why the connection is refused, or null if it is not.</summary>
    public EgressDenial? Judge(IPAddress address, int port, bool encrypted)
    {
        if (EmbeddedIPv4.Unwrap(address) is not { } destination)
        {
            return EgressDenial.Address;
        }

        if (options.Allow.Any(range => range.Contains(destination)))
        {
            return null;
        }

        if (SpecialRanges.Contain(destination))
        {
            return EgressDenial.Address;
        }

        if (!encrypted)
        {
            return EgressDenial.Plaintext;
        }

        return WebPorts.Contain(port) ? null : EgressDenial.Port;
    }
}
