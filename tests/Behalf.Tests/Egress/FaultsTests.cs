using System.Net.Sockets;
using Behalf.Egress;

namespace Behalf.Tests.Egress;

public sealed class FaultsTests
{
    [Fact]
    public void A_peer_that_hangs_up_on_a_new_connection_has_seen_no_request()
    {
        var fault = Faults.Explain(new SocketException((int)SocketError.NotConnected), deadlinePassed: false);
        Assert.Equal(EgressFailure.ConnectFailed, fault?.Failure);
        Assert.True(fault!.Unsent);
    }

    [Fact]
    public void Of_any_other_trouble_with_the_connection_nobody_knows()
    {
        var fault = Faults.Explain(new SocketException((int)SocketError.ConnectionReset), deadlinePassed: false);
        Assert.Equal(EgressFailure.ResponseEnded, fault?.Failure);
        Assert.False(fault!.Unsent);
    }
}
