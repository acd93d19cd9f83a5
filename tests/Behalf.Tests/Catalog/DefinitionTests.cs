using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Catalog;

namespace Behalf.Tests.Catalog;

/// <summary>What the parts of a definition mean.</summary>
public sealed class DefinitionTests
{
    private static readonly ConnectionField Subdomain = new()
    {
        Name = "subdomain",
        Title = "Subdomain",
        Description = "The part before .example.com.",
        Pattern = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
    };

    [Fact]
    public void A_variable_takes_its_place_in_the_url() =>
        Assert.Equal("https://acme.example.com/api", Fill("https://{subdomain}.example.com/api", "acme"));

    [Theory]
    [InlineData("evil.test/")]
    [InlineData("evil.test#")]
    [InlineData("a.b")]
    [InlineData("acme\n")]
    [InlineData("ACME")]
    [InlineData("")]
    [InlineData("user@evil")]
    public void A_value_that_could_lead_elsewhere_is_refused(string value)
    {
        var refusal = Assert.Throws<CatalogException>(() => Fill("https://{subdomain}.example.com", value));
        Assert.StartsWith("The connection's value for subdomain is not of the form", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_undeclared_variable_is_named()
    {
        Assert.Contains("no value for subdomain",
            Assert.Throws<CatalogException>(() => new UrlTemplate("https://{subdomain}.x").Fill([Subdomain], new Dictionary<string, string>())).Message,
            StringComparison.Ordinal);
        Assert.Contains("uses region",
            Assert.Throws<CatalogException>(() => Fill("https://{region}.x", "eu")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(RotationPolicy.Grace), 60, 20, nameof(RotationPolicy.Grace))]
    [InlineData(nameof(RotationPolicy.Grace), 60, 21, nameof(RotationPolicy.Strict))]
    [InlineData(nameof(RotationPolicy.Grace), 5, 30, nameof(RotationPolicy.Strict))]
    [InlineData(nameof(RotationPolicy.None), 0, 30, nameof(RotationPolicy.None))]
    [InlineData(nameof(RotationPolicy.UntilUsed), 0, 30, nameof(RotationPolicy.UntilUsed))]
    [InlineData(nameof(RotationPolicy.Strict), 0, 30, nameof(RotationPolicy.Strict))]
    public void A_grace_shorter_than_three_leases_is_none(string policy, int grace, int lease, string effective) =>
        Assert.Equal(effective, new Rotation { Policy = Enum.Parse<RotationPolicy>(policy), GraceSeconds = grace }
            .Effective(TimeSpan.FromSeconds(lease)).ToString());

    [Theory]
    [InlineData("OAUTH2", nameof(AuthMode.OAuth2))]
    [InlineData("s2s_oauth2", nameof(AuthMode.ClientCredentials))]
    [InlineData("API_KEY", nameof(AuthMode.ApiKey))]
    [InlineData("BEARER_TOKEN", nameof(AuthMode.BearerToken))]
    [InlineData("BASIC", nameof(AuthMode.Basic))]
    [InlineData("NO_AUTH", nameof(AuthMode.NoAuth))]
    public void The_wires_names_of_the_modes_go_both_ways(string wire, string mode)
    {
        Assert.True(AuthModes.TryParseWire(wire, out var parsed));
        Assert.Equal(mode, parsed.ToString());
        Assert.Equal(wire.ToUpperInvariant(), parsed.WireName());
        Assert.False(AuthModes.TryParseWire("OAUTH1", out _));
        Assert.False(AuthModes.TryParseWire(null, out _));
    }

    [Fact]
    public void The_place_of_the_clients_id_is_left_for_whoever_knows_it()
    {
        Assert.Equal("https://acme.x/applications/{client_id}/token", Fill("https://{subdomain}.x/applications/{client_id}/token", "acme"));
        Assert.Equal(["subdomain"], new UrlTemplate("https://{subdomain}.x/{client_id}").Variables);
    }

    [Fact]
    public void Scopes_that_contain_others_count_for_them_at_any_depth()
    {
        var scheme = JsonSerializer.Deserialize<OAuth2Scheme>("""
            { "authorizeUrl": "https://x/a", "tokenUrl": "https://x/t", "clientAuth": "none", "defaultScopes": [],
              "scopes": { "all": { "title": "All", "implies": ["write"] }, "write": { "title": "Write", "implies": ["read", "all"] }, "read": { "title": "Read" } } }
            """, CatalogJson.Options)!;
        var tool = Tool("""[["read"], ["delete", "all"]]""");
        Assert.Empty(scheme.Missing(tool, ["all"]));
        Assert.Equal(["read", "delete"], scheme.Missing(tool, []));
        Assert.Equal(["delete"], scheme.Missing(tool, ["read", "unknown"]));
    }

    [Theory]
    [InlineData("", "{\"a\":[1,{\"b/c\":null,\"d~\":2}]}")]
    [InlineData("/a/0", "1")]
    [InlineData("/a/1/d~0", "2")]
    [InlineData("/a/2", null)]
    [InlineData("/a/-1", null)]
    [InlineData("/a/01", null)]
    [InlineData("/x/y", null)]
    public void Pointers_find_what_they_name(string steps, string? expected)
    {
        const string Json = "{\"a\":[1,{\"b/c\":null,\"d~\":2}]}";
        Assert.Equal(expected, JsonElement.Parse(Json).At(steps)?.GetRawText());
        Assert.Equal(expected, JsonNode.Parse(Json).At(steps)?.ToJsonString());
    }

    private static string Fill(string template, string value) =>
        new UrlTemplate(template).Fill([Subdomain], new Dictionary<string, string> { ["subdomain"] = value });

    private static Tool Tool(string scopes) => JsonSerializer.Deserialize<Tool>($$"""
        { "slug": "X_Y", "name": "Y", "description": "", "hints": { "readOnly": true, "destructive": false, "idempotent": true, "openWorld": true },
          "input": { "type": "object", "properties": {} }, "output": { "type": "object", "properties": {} },
          "request": { "method": "GET", "path": "/" }, "scopes": {{scopes}} }
        """, CatalogJson.Options)!;
}
