using System.Net.Sockets;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Peers;

/// <summary>Processes that tests start say why they failed, and are gone when the test is.</summary>
public sealed class NodePeerTests
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_peer_that_cannot_start_says_why()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => NodePeer.StartServerAsync("oidc.mjs", "no configuration", ct));
        Assert.Contains("TypeError", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_is_gone_when_it_is_disposed()
    {
        Uri issuer;
        await using (var peer = await OidcProviderPeer.StartAsync(new OidcProviderOptions { Clients = [] }, ct))
        {
            issuer = peer.Issuer;
        }

        using var socket = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(issuer.Host, issuer.Port, ct).AsTask());
    }
}
