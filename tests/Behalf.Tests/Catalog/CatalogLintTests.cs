using Behalf.Catalog;
using Behalf.Catalog.Lint;

namespace Behalf.Tests.Catalog;

/// <summary>A mistake in a definition is named with its file and its place.</summary>
public sealed class CatalogLintTests
{
    [Theory]
    [InlineData("github/toolkit.json", "/slug", "\"gitlab\"", "slug: must be the name of the folder")]
    [InlineData("github/toolkit.json", "/logo", "\"none.svg\"", "logo: there is no file none.svg")]
    [InlineData("github/toolkit.json", "/colour", "\"blue\"", "colour")]
    [InlineData("github/toolkit.json", "/version", "\"1.0\"", "version")]
    [InlineData("github/toolkit.json", "/servers/api", "\"http://api.github.com\"", "servers.api: must be https")]
    [InlineData("github/toolkit.json", "/servers/api", "\"https://{region}.github.com\"", "servers.api: uses {region}, which is not among")]
    [InlineData("github/toolkit.json", "/servers/api", "\"https://x.test/{client_id}\"", "servers.api: only a revocation may name")]
    [InlineData("github/toolkit.json", "/auth/1/type", "\"oauth2\"", "auth[1]")]
    [InlineData("github/toolkit.json", "/auth/0/defaultScopes", "[\"repo\", \"everything\"]", "auth[0].defaultScopes: everything is not")]
    [InlineData("github/toolkit.json", "/auth/0/scopes/repo/implies", "[\"public\"]", "auth[0].scopes.repo.implies: public is not")]
    [InlineData("github/toolkit.json", "/auth/0/quirks/sendTwice", "true", "sendTwice")]
    [InlineData("github/toolkit.json", "/auth/0/refresh/rotation", "{\"policy\":\"grace\"}", "rotation")]
    [InlineData("github/toolkit.json", "/auth/0/refresh/rotation", "{\"policy\":\"strict\",\"graceSeconds\":9}", "graceSeconds")]
    [InlineData("github/toolkit.json", "/auth/0/revoke/style", "\"fax\"", "revoke")]
    [InlineData("github/toolkit.json", "/headers", "{\"Authorization\":\"Bearer x\"}", "headers")]
    [InlineData("github/toolkit.json", "/provenance/sources",
        "[{\"about\":\"\",\"url\":\"https://docs.github.com\"}]", "nothing is said about /auth/0/quirks")]
    [InlineData("linear/toolkit.json", "/auth/1/places/0/format", "\"{key}\"", "auth[1].places[0].format: names none of the fields")]
    [InlineData("sandbox/tools.json", "/tools/0/slug", "\"BOX_GET_ME\"", "tools[0].slug: must begin with SANDBOX_")]
    [InlineData("sandbox/tools.json", "/tools/0/aliases", "[\"SANDBOX_ECHO\"]", "SANDBOX_ECHO already names")]
    [InlineData("sandbox/tools.json", "/tools/0/description", "\"Short.\"", "tools[0].description")]
    [InlineData("sandbox/tools.json", "/tools/0/output", "", "tools[0]")]
    [InlineData("sandbox/tools.json", "/tools/0/examples", "[]", "tools[0].examples")]
    [InlineData("sandbox/tools.json", "/tools/0/request/path", "\"/api/{who}\"", "tools[0].request: uses who, which is not a parameter")]
    [InlineData("sandbox/tools.json", "/tools/3/input/required", "[]", "tools[3].request.path: message_id is part of the path")]
    [InlineData("sandbox/tools.json", "/tools/0/request/server", "\"files\"", "tools[0].request.server: the toolkit has no server files")]
    [InlineData("sandbox/tools.json", "/tools/1/request/body", "{\"to\":\"{to}\"}", "tools[1].request.body: subject goes nowhere")]
    [InlineData("sandbox/tools.json", "/tools/1/request/body",
        "{\"to\":\"{to}\",\"subject\":\"{subject}\",\"body\":{\"$eval\":\"{body}\"}}", "tools[1].request: $eval is not a function")]
    [InlineData("sandbox/tools.json", "/tools/1/request/bind", "{\"two\":{\"name\":\"to\"}}", "tools[1].request: uses two")]
    [InlineData("sandbox/tools.json", "/tools/1/rules", "[{\"kind\":\"at_least_one\",\"of\":[\"to\",\"cc\"]}]", "tools[1].request: uses cc")]
    [InlineData("sandbox/tools.json", "/tools/1/retry", "{\"safe\":true}", "tools[1].retry.safe: needs hints.idempotent")]
    [InlineData("sandbox/tools.json", "/tools/1/scopes", "[[\"mail.write\"]]", "tools[1].scopes: mail.write is not among")]
    [InlineData("sandbox/tools.json", "/tools/2/hints/destructive", "true", "tools[2].hints: a tool that only reads")]
    [InlineData("sandbox/tools.json", "/tools/2/response/page", "\"pages\"", "tools[2].response.page: the toolkit has no pagination pages")]
    [InlineData("sandbox/tools.json", "/tools/4/response/page", "\"cursor\"", "tools[4].response.page: needs the parameter cursor")]
    [InlineData("sandbox/tools.json", "/tools/1/input/anyOf", "[{\"required\":[\"to\"]}]", "tools[1].input: must not have anyOf at its root")]
    [InlineData("sandbox/tools.json", "/tools/1/input/additionalProperties", "true", "tools[1].input.additionalProperties: must be false")]
    [InlineData("sandbox/tools.json", "/tools/1/input/properties/to", "{\"$ref\":\"#/x\",\"description\":\"x\"}", "tools[1].input.properties.to: must not use $ref")]
    [InlineData("sandbox/tools.json", "/tools/1/input/properties/to", "{\"type\":\"string\",\"default\":null,\"description\":\"x\"}",
        "tools[1].input.properties.to.default: must not be null")]
    [InlineData("sandbox/tools.json", "/tools/1/input/properties/to", "{\"type\":\"string\"}", "tools[1].input.properties.to: needs a description")]
    [InlineData("sandbox/tools.json", "/tools/1/input/required", "[\"to\",\"subjects\"]", "tools[1].input.required: subjects is not a property")]
    [InlineData("sandbox/tools.json", "/tools/1/output/required", "[\"id\"]", "tools[1].output: must not require")]
    [InlineData("sandbox/tools.json", "/tools/1/examples/0/args/to", "7", "tools[1].examples[0].args")]
    [InlineData("sandbox/tools.json", "/tools/1/examples/0/result/subject", "7", "tools[1].examples[0].result")]
    [InlineData("linear/tools.json", "/tools/0/hints", "{\"readOnly\":true,\"destructive\":false,\"idempotent\":true,\"openWorld\":true}",
        "tools[0].hints.readOnly: must be true of a query")]
    [InlineData("gmail/tools.json", "/tools/1/response/items", "\"/drafts\"", "tools[1].response.items: must be the list")]
    [InlineData("gmail/tools.json", "/tools/1/scopes", "[[\"https://mail.google.com/\"]]", "tools[1].scopes: an important tool that only reads")]
    [InlineData("github/tools.json", "/tools/0/request/method", "\"DELETE\"", "tools[0].hints.readOnly: cannot be true of Delete")]
    public void A_mistake_is_named_with_file_and_place(string file, string place, string json, string expected)
    {
        using var catalog = new TemporaryCatalog();
        catalog.Change(file, place, json);
        Assert.Contains(CatalogLint.Check(catalog.Folder), finding =>
            finding.ToString().StartsWith(file, StringComparison.Ordinal)
            && finding.ToString().Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_logo_that_could_run_something_is_refused()
    {
        using var catalog = new TemporaryCatalog();
        catalog.Write("slack/logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>");
        Assert.Contains("slack/toolkit.json at logo: logo.svg must be plain shapes, without <script.",
            CatalogLint.Check(catalog.Folder).Select(finding => finding.ToString()));
    }

    [Fact]
    public void A_file_that_is_not_json_or_says_something_twice_is_refused()
    {
        using var catalog = new TemporaryCatalog();
        catalog.Write("slack/tools.json", "{\"tools\":[],}");
        catalog.Write("gmail/toolkit.json", "{\"slug\":\"gmail\",\"slug\":\"other\"}");
        Assert.Equal(
            ["gmail/toolkit.json", "slack/tools.json"],
            CatalogLint.Check(catalog.Folder).Where(finding => finding.Message.StartsWith("cannot be read", StringComparison.Ordinal))
                .Select(finding => finding.File));
    }

    [Fact]
    public void A_catalogue_without_its_schemas_is_not_passed_as_good()
    {
        using var catalog = new TemporaryCatalog();
        File.Delete(Path.Combine(catalog.Folder, "schema", "tool.schema.json"));
        var refusal = Assert.Throws<CatalogException>(() => CatalogLint.Check(catalog.Folder));
        Assert.Contains("tool.schema.json", refusal.Message, StringComparison.Ordinal);
    }
}
