using Behalf.Accounts.OAuth;
using Behalf.Catalog;
using Behalf.Tests.Egress;
using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts.OAuth;

/// <summary>Whether a token is gone, by what the provider says in its own way.</summary>
public sealed class RevocationEndpointTests
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sandbox", 200, "", true)]
    [InlineData("sandbox", 400, """{"error":"unsupported_token_type"}""", false)]
    [InlineData("sandbox", 401, """{"error":"invalid_client"}""", false)]
    [InlineData("sandbox", 404, "", false)]
    [InlineData("sandbox", 503, "", false)]
    [InlineData("github", 204, "", true)]
    [InlineData("github", 404, """{"message":"Not Found"}""", true)]
    [InlineData("github", 401, """{"message":"Bad credentials"}""", false)]
    [InlineData("gmail", 200, "{}", true)]
    [InlineData("gmail", 400, """{"error":"invalid_token"}""", true)]
    [InlineData("gmail", 404, "", false)]
    [InlineData("slack", 200, """{"ok":true,"revoked":true}""", true)]
    [InlineData("slack", 200, """{"ok":false,"error":"token_revoked"}""", true)]
    [InlineData("slack", 200, """{"ok":false,"error":"ratelimited"}""", false)]
    [InlineData("slack", 200, """{"ok":false,"error":"unknown_method"}""", false)]
    [InlineData("slack", 200, "<html>", false)]
    public async Task A_token_is_gone_only_if_the_provider_means_that(string slug, int status, string body, bool gone)
    {
        await using var provider = RawServer.Answering(
            $"HTTP/1.1 {status} X\r\nContent-Length: {body.Length}\r\nContent-Type: application/json\r\n\r\n{body}");
        using var http = Calls.Http(Calls.Loopback);
        var client = ClientOf(slug, provider.Url("/revoke"));
        Assert.Equal(gone, await new RevocationEndpoint(http).RevokeAsync(client, "the-token", "access_token", ct));
        Assert.Single(provider.Requests);
    }

    private static OAuthClient ClientOf(string slug, Uri revoke)
    {
        var toolkit = CatalogLoader.ReadToolkit(Path.Combine(Repository.Toolkits, slug));
        var scheme = (OAuth2Scheme)toolkit.Scheme(AuthMode.OAuth2)!;
        return new OAuthClient
        {
            ClientId = "app",
            ClientSecret = new Secret("app-secret"),
            Toolkit = toolkit,
            TokenUrl = scheme.TokenUrl.Text,
            ClientAuth = scheme.ClientAuth,
            Capture = scheme.Token,
            Quirks = scheme.Quirks,
            Revoke = scheme.Revoke! with { Url = new UrlTemplate(revoke.AbsoluteUri) },
            Variables = new Dictionary<string, string>(),
        };
    }
}
