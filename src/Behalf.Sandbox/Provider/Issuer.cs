using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Behalf.Sandbox.Provider;

/// <summary>The provider's own address, known once its socket is bound.</summary>
internal sealed class Issuer(IServer server)
{
    public string Url => server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First().TrimEnd('/');
}
