using System.Text.Json;

namespace Behalf.Catalog.Lint;

/// <summary>What must hold of a tool beyond its schema.</summary>
internal static class ToolRules
{
    public static void Check(Toolkit toolkit, Tool tool, Findings findings)
    {
        findings.AddIf(!tool.Slug.StartsWith(toolkit.Slug.ToUpperInvariant() + "_", StringComparison.Ordinal),
            "slug", $"must begin with {toolkit.Slug.ToUpperInvariant()}_.");
        CheckHints(tool, findings);
        CheckScopes(toolkit, tool, findings);
        CheckPlaces(toolkit, tool, findings);
        CheckResponse(toolkit, tool, findings);
    }

    private static void CheckHints(Tool tool, Findings findings)
    {
        var hints = tool.Hints;
        findings.AddIf(hints.ReadOnly && (hints.Destructive || !hints.Idempotent), "hints",
            "a tool that only reads destroys nothing and can be called again.");
        findings.AddIf(tool.Retry.Safe && !hints.Idempotent, "retry.safe",
            "needs hints.idempotent: a repeat would act twice.");
        findings.AddIf(hints.ReadOnly && tool.Request.Method is ToolMethod.Put or ToolMethod.Patch or ToolMethod.Delete,
            "hints.readOnly", $"cannot be true of {tool.Request.Method}.");
        findings.AddIf(tool.Request.GraphQl is { } graphQl
            && graphQl.Document.StartsWith("query", StringComparison.Ordinal) != hints.ReadOnly,
            "hints.readOnly", "must be true of a query and of nothing but a query.");
    }

    private static void CheckScopes(Toolkit toolkit, Tool tool, Findings findings)
    {
        if (toolkit.Scheme(AuthMode.OAuth2) is not OAuth2Scheme oauth)
        {
            findings.AddIf(tool.Scopes.Count > 0, "scopes", "the toolkit has no scopes to ask for.");
            return;
        }

        foreach (var scope in tool.Scopes.SelectMany(any => any).Where(scope => !oauth.Scopes.ContainsKey(scope)))
        {
            findings.Add("scopes", $"{scope} is not among the toolkit's scopes, so nobody could read what it allows.");
        }

        // Reading first: what is shown by default must work by default, at least where it only reads.
        findings.AddIf(
            tool is { Important: true, Hints.ReadOnly: true } && oauth.Missing(tool, oauth.DefaultScopes).Count > 0,
            "scopes", "an important tool that only reads must work with the default scopes.");
    }

    private static void CheckPlaces(Toolkit toolkit, Tool tool, Findings findings)
    {
        var request = tool.Request;
        var parameters = tool.Input.GetProperty("properties").EnumerateObject()
            .ToDictionary(member => member.Name, member => member.Value);
        findings.AddIf(!toolkit.Servers.ContainsKey(request.Server),
            "request.server", $"the toolkit has no server {request.Server}.");
        foreach (var name in ArgumentPlaces.Templated(request).Concat(request.Bind.Keys)
            .Concat(tool.Rules.SelectMany(rule => rule.Of)).Distinct())
        {
            findings.AddIf(
                !parameters.ContainsKey(name) && !name.StartsWith(FollowUp.ItemPrefix, StringComparison.Ordinal),
                "request", $"uses {name}, which is not a parameter.");
        }

        var required = tool.Input.TryGetProperty("required", out var list)
            ? list.EnumerateArray().Select(name => name.GetString()!).ToHashSet()
            : [];
        foreach (var name in Placeholders.InPath(request.Path).Where(parameters.ContainsKey))
        {
            findings.AddIf(!required.Contains(name) && !parameters[name].TryGetProperty("default", out _),
                "request.path", $"{name} is part of the path: it must be required or have a default.");
        }

        var templated = request.Body is not null || request.GraphQl?.Variables is not null;
        foreach (var lost in templated ? ArgumentPlaces.Of(tool).InBody : [])
        {
            findings.Add("request.body", $"{lost.Name} goes nowhere: the template does not use it.");
        }

        foreach (var function in Templates(request).SelectMany(Placeholders.FunctionsIn)
            .Where(function => !Placeholders.Functions.Contains(function)))
        {
            findings.Add(
                "request", $"{function} is not a function; there are {string.Join(", ", Placeholders.Functions)}.");
        }
    }

    private static IEnumerable<JsonElement> Templates(ToolRequest request) =>
    [
        .. request.Query.Values, .. request.FollowUp?.Query.Values ?? [],
        request.Body ?? default, request.GraphQl?.Variables ?? default,
    ];

    private static void CheckResponse(Toolkit toolkit, Tool tool, Findings findings)
    {
        var response = tool.Response;
        findings.AddIf(response is { Items: not null, Root.Length: > 0 },
            "response", "has root for an object or items for a list, not both.");
        findings.AddIf(tool.Request.FollowUp is { } followUp && followUp.Items != response.Items,
            "response.items", "must be the list that the follow-ups are made from.");
        if (response.Page is not { } page)
        {
            return;
        }

        if (!toolkit.Pagination.TryGetValue(page, out var pagination))
        {
            findings.Add("response.page", $"the toolkit has no pagination {page}.");
            return;
        }

        foreach (var name in new[] { pagination.Parameter, pagination.LimitParameter }.OfType<string>())
        {
            findings.AddIf(!tool.Input.GetProperty("properties").TryGetProperty(name, out _),
                "response.page", $"needs the parameter {name}.");
        }
    }
}
