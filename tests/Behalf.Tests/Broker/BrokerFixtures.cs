using System.Text;
using System.Text.Json;
using Behalf.Broker.Responses;
using Behalf.Catalog;
using Behalf.Tests.Support;

namespace Behalf.Tests.Broker;

/// <summary>Definitions made up for one test.</summary>
internal static class BrokerFixtures
{
    public static readonly Dictionary<string, string> NoVariables = [];

    public static ToolCatalog Shipped { get; } = CatalogLoader.Load(Repository.Toolkits, ToolkitOverrides.None);

    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A tool of the toolkit below; the parameters take anything.</summary>
    public static Tool Tool(string request, string parameters, string response = "{}", string rules = "[]")
    {
        var properties = string.Join(',', parameters.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => $"\"{name}\":{{}}"));
        return JsonSerializer.Deserialize<Tool>($$"""
            { "slug": "TEST_TOOL", "name": "Test", "description": "A tool for tests.",
              "hints": { "readOnly": false, "destructive": false, "idempotent": false, "openWorld": true },
              "input": { "type": "object", "properties": { {{properties}} } }, "output": { "type": "object", "properties": {} },
              "request": {{request}}, "response": {{response}}, "rules": {{rules}} }
            """, CatalogJson.Options)! with { Toolkit = "test" };
    }

    public static Toolkit Toolkit(string more = "") => JsonSerializer.Deserialize<Toolkit>($$"""
        { "slug": "test", "name": "Test", "description": "", "categories": [], "version": "20260101_00", "logo": "logo.svg",
          "servers": { "api": "https://api.test/v1" }, "auth": [], {{more}}
          "provenance": { "tier": "curated", "sources": [] } }
        """, CatalogJson.Options)!;

    public static UpstreamAnswer Answer(int status, string body, params (string Name, string Value)[] headers) => new()
    {
        Status = status,
        Headers = headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase),
        Body = Encoding.UTF8.GetBytes(body),
        At = Now,
    };
}
