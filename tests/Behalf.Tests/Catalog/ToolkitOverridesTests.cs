using Behalf.Catalog;

namespace Behalf.Tests.Catalog;

/// <summary>The operator's file of other endpoints.</summary>
public sealed class ToolkitOverridesTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    [Fact]
    public void A_toolkit_goes_to_the_operators_addresses()
    {
        var github = Load("""
            { "GITHUB": { "base_url": "https://git.corp.example/api/v3/", "authorize_url": "https://git.corp.example/login/oauth/authorize",
              "token_url": "https://git.corp.example/login/oauth/access_token", "revoke_url": "https://git.corp.example/revoke",
              "issuer": "https://git.corp.example", "iss_parameter": true, "hosts": ["raw.corp.example:8443"],
              "probe": { "path": "/me", "subject": ["/id"] } } }
            """, "github");
        var oauth = Assert.IsType<OAuth2Scheme>(github.Scheme(AuthMode.OAuth2));
        Assert.True(github.IsRedirected);
        Assert.Equal("https://git.corp.example/api/v3", github.BaseUrl("api", NoVariables));
        Assert.Equal(["git.corp.example", "raw.corp.example:8443"], github.Hosts(NoVariables));
        Assert.Equal("https://git.corp.example/login/oauth/authorize", oauth.AuthorizeUrl.Text);
        Assert.Equal("https://git.corp.example/revoke", oauth.Revoke?.Url.Text);
        Assert.Equal(RevokeStyle.BasicJson, oauth.Revoke?.Style);
        Assert.True(oauth.Issuer?.IssParameter);
        Assert.Equal("/me", github.Probe?.Path);
    }

    [Fact]
    public void What_is_not_named_is_dropped_and_not_left_at_the_public_provider()
    {
        var sandbox = Load("""
            { "sandbox": { "base_url": "http://127.0.0.1:5000", "authorize_url": "http://127.0.0.1:5000/a", "token_url": "http://127.0.0.1:5000/t" } }
            """, "sandbox");
        var oauth = Assert.IsType<OAuth2Scheme>(sandbox.Scheme(AuthMode.OAuth2));
        var client = Assert.IsType<ClientCredentialsScheme>(sandbox.Scheme(AuthMode.ClientCredentials));
        Assert.Equal((null, null), (oauth.Revoke, oauth.Issuer));
        Assert.Equal("http://127.0.0.1:5000/t", client.TokenUrl.Text);
        Assert.Null(client.Revoke);

        var github = Load("{ \"github\": { \"base_url\": \"http://127.0.0.1:5000\" } }", "github");
        Assert.Equal(["127.0.0.1:5000"], github.Hosts(NoVariables));
    }

    [Fact]
    public void Without_an_entry_a_toolkit_stays_as_it_is_shipped()
    {
        var slack = Load("{ \"github\": { \"base_url\": \"http://127.0.0.1:5000\" } }", "slack");
        Assert.False(slack.IsRedirected);
        Assert.Equal(["slack.com"], slack.Hosts(NoVariables));
    }

    [Fact]
    public void Null_takes_the_probe_away_and_absence_keeps_it()
    {
        Assert.Null(Load("{ \"gmail\": { \"base_url\": \"http://127.0.0.1:5000\", \"probe\": null } }", "gmail").Probe);
        Assert.NotNull(Load("{ \"gmail\": { \"base_url\": \"http://127.0.0.1:5000\" } }", "gmail").Probe);
    }

    [Theory]
    [InlineData("{ \"gitlab\": {} }", "there is no toolkit gitlab; there are github, gmail, linear, sandbox, slack.")]
    [InlineData("{ \"github\": { \"baseurl\": \"https://x\" } }", "github.baseurl is not a setting; there are base_url, ")]
    [InlineData("{ \"github\": { \"base_url\": \"ftp://x\" } }", "github.base_url must be an http or https URL")]
    [InlineData("{ \"github\": { \"base_url\": \"https://user@x\" } }", "github.base_url must be an http or https URL")]
    [InlineData("{ \"github\": { \"base_url\": 7 } }", "github.base_url must be an http or https URL")]
    [InlineData("{ \"github\": { \"base_url\": \"https://x\", \"servers\": [] } }", "github.servers must be an object")]
    [InlineData("{ \"github\": { \"base_url\": \"https://x\", \"hosts\": [\"https://x\"] } }", "github.hosts must hold host names")]
    [InlineData("{ \"github\": { \"servers\": { \"api\": \"https://x\" } } }", "github.servers needs base_url beside it")]
    [InlineData("{ \"github\": { \"authorize_url\": \"https://x\" } }", "github.authorize_url needs token_url beside it")]
    [InlineData("{ \"github\": { \"token_url\": \"https://x\" } }", "github.token_url needs authorize_url beside it")]
    [InlineData("{ \"github\": { \"revoke_url\": \"https://x\" } }", "github.revoke_url needs token_url beside it")]
    [InlineData("{ \"github\": { \"probe\": { \"url\": \"/me\" } } }", "github.probe is not a probe")]
    [InlineData("{ \"github\": [] }", "github must be an object")]
    [InlineData("[]", "must hold a JSON object")]
    [InlineData("{ \"github\": {}, \"github\": {} }", "must hold a JSON object")]
    [InlineData("nonsense", "must hold a JSON object")]
    public void A_mistake_stops_the_start_with_a_sentence_that_names_it(string json, string expected)
    {
        var refusal = Assert.Throws<CatalogException>(() => Load(json, "github"));
        Assert.StartsWith("BEHALF_TOOLKIT_OVERRIDES: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_stops_the_start() =>
        Assert.Throws<CatalogException>(() => ToolkitOverrides.Read("/nowhere/overrides.json"));

    private static Toolkit Load(string json, string slug)
    {
        using var folder = new TemporaryCatalog();
        folder.Write("overrides.json", json);
        var catalog = CatalogLoader.Load(folder.Folder, ToolkitOverrides.Read(Path.Combine(folder.Folder, "overrides.json")));
        return catalog.TryGetToolkit(slug, out var toolkit) ? toolkit : throw new KeyNotFoundException(slug);
    }
}
