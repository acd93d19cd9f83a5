using System.Text;

namespace Behalf.Tests.Catalog;

/// <summary>A catalogue of made-up toolkits, as large as wanted.</summary>
internal static class GeneratedCatalog
{
    public static void Write(string folder, int toolkits, int toolsEach)
    {
        for (var i = 0; i < toolkits; i++)
        {
            var slug = $"app{i:D4}";
            var path = Directory.CreateDirectory(Path.Combine(folder, slug)).FullName;
            File.WriteAllText(Path.Combine(path, "toolkit.json"), Toolkit(slug));
            File.WriteAllText(Path.Combine(path, "tools.json"), Tools(slug, toolsEach));
        }
    }

    private static string Toolkit(string slug) => $$"""
        {
          "slug": "{{slug}}", "name": "App {{slug}}", "description": "A made-up application.", "version": "20260101_00",
          "categories": [{ "slug": "testing", "name": "Testing" }], "logo": "logo.svg",
          "servers": { "api": "https://{{slug}}.example" },
          "auth": [{ "type": "oauth2", "authorizeUrl": "https://{{slug}}.example/authorize",
            "tokenUrl": "https://{{slug}}.example/token", "clientAuth": "client_secret_post",
            "scopes": { "read": { "title": "Read" } }, "defaultScopes": ["read"] }],
          "provenance": { "tier": "community-spec", "sources": [{ "about": "", "url": "https://{{slug}}.example" }] }
        }
        """;

    private static string Tools(string slug, int count)
    {
        var text = new StringBuilder("{ \"tools\": [");
        for (var i = 0; i < count; i++)
        {
            text.Append(i is 0 ? "" : ",").Append(Tool(slug, i));
        }

        return text.Append("] }").ToString();
    }

    /// <summary>About 2 KB, the ninetieth percentile of tools in the wild.</summary>
    private static string Tool(string slug, int i) => $$"""

        {
          "slug": "{{slug.ToUpperInvariant()}}_LIST_THINGS_OF_KIND_{{i}}", "name": "List things of kind {{i}}",
          "aliases": ["{{slug.ToUpperInvariant()}}_THINGS_{{i}}"],
          "description": "Lists things of kind {{i}} in the order of their names; narrow them by owner, by label and by time.",
          "when": "show find things {{i}}", "tags": ["things"], "important": {{(i % 10 == 0 ? "true" : "false")}},
          "hints": { "readOnly": true, "destructive": false, "idempotent": true, "openWorld": true }, "scopes": [["read"]],
          "input": { "type": "object", "additionalProperties": false, "required": ["owner"], "properties": {
            {{string.Join(",\n    ", Enumerable.Range(0, 12).Select(p => $$"""
            "filter_{{p}}": { "type": "string", "description": "Only things whose property {{p}} has this value; all if left out." }
            """))}},
            "owner": { "type": "string", "description": "Who owns them." } } },
          "output": { "type": "object", "properties": { "items": { "type": "array", "items": { "type": "object" } } } },
          "request": { "method": "GET", "path": "/v1/{owner}/things/{{i}}" },
          "response": { "items": "/items", "pick": ["id", "name", "owner.name"] }
        }
        """;
}
