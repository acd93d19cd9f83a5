using System.Text.Json;
using Behalf.Tests.Support;
using Behalf.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Hosting;

public sealed class OpenApiTests
{
    private static readonly string[] Described = ["/api/v3.1/", "/api/v1/", "/api/v2/"];

    [Fact]
    public async Task Every_route_of_the_wire_is_described_and_nothing_else()
    {
        var server = await TestServer.SharedAsync("sqlite");
        var document = (await server.Client().GetAsync("/openapi.json")).Expect(200).Json;
        var described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(op => $"{op.Name.ToUpperInvariant()} {path.Name}")).Order(StringComparer.Ordinal);
        var routed = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => Array.Exists(Described, prefix => e.RoutePattern.RawText!.StartsWith(prefix, StringComparison.Ordinal)))
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText!.TrimEnd('/')}"))
            .Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(routed, described);
    }

    [Fact]
    public async Task Both_versions_of_the_wire_have_the_same_routes()
    {
        var server = await TestServer.SharedAsync("sqlite");
        var routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(e => e.RoutePattern.RawText!).ToList();
        IEnumerable<string> Under(string prefix) => routes.Where(r => r.StartsWith(prefix, StringComparison.Ordinal)).Select(r => r[prefix.Length..]).Order(StringComparer.Ordinal);
        Assert.Equal(Under("/api/v3.1/"), Under("/api/v3/"));
    }

    [Fact]
    public async Task Every_route_says_which_keys_it_takes()
    {
        var server = await TestServer.SharedAsync("sqlite");
        var silent = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<RouteAccess>() is null).Select(e => e.RoutePattern.RawText);
        Assert.Empty(silent);
    }
}
