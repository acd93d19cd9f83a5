namespace Behalf.Catalog.Lint;

/// <summary>What must hold of a toolkit beyond its schema.</summary>
internal static class ToolkitRules
{
    private static readonly string[] ActiveMarkup =
        ["<script", "<style", "href", "onload", "<!", "foreignObject", "url("];

    public static void Check(Toolkit toolkit, Findings findings)
    {
        findings.AddIf(Path.GetFileName(toolkit.Folder) != toolkit.Slug, "slug", "must be the name of the folder.");
        CheckLogo(toolkit, findings);
        CheckUrls(toolkit, findings);
        foreach (var (index, scheme) in toolkit.Auth.Index())
        {
            var below = findings.Below($"auth[{index}]");
            below.AddIf(toolkit.Auth.Take(index).Any(other => other.Mode == scheme.Mode), "type",
                "is there twice; a toolkit offers each way at most once.");
            CheckScheme(scheme, below);
            CheckSources(toolkit, scheme, $"/auth/{index}", findings);
        }
    }

    /// <summary>The file is served to browsers as it is.</summary>
    private static void CheckLogo(Toolkit toolkit, Findings findings)
    {
        if (!File.Exists(toolkit.LogoPath))
        {
            findings.Add("logo", $"there is no file {toolkit.Logo} in the folder.");
        }
        else if (Path.GetExtension(toolkit.Logo) is ".svg"
            && Array.Find(ActiveMarkup, File.ReadAllText(toolkit.LogoPath).Contains) is { } active)
        {
            findings.Add("logo", $"{toolkit.Logo} must be plain shapes, without {active}.");
        }
    }

    private static void CheckUrls(Toolkit toolkit, Findings findings)
    {
        foreach (var (place, template) in Urls(toolkit))
        {
            var forClient = place.EndsWith("revoke.url", StringComparison.Ordinal);
            findings.AddIf(!forClient && template.Text.Contains(UrlTemplate.ClientId, StringComparison.Ordinal),
                place, "only a revocation may name the client.");
            foreach (var name in template.Variables)
            {
                var field = toolkit.Variables.FirstOrDefault(field => field.Name == name);
                findings.AddIf(field is null, place, $"uses {{{name}}}, which is not among the variables.");
                findings.AddIf(field is { Pattern: null },
                    place, $"uses {{{name}}}, which has no pattern: it may choose the host.");
            }

            // A variable may stand for the whole base address; its pattern says what it can be.
            var text = template.Text;
            findings.AddIf(!text.StartsWith('{') && !text.StartsWith("https://", StringComparison.Ordinal)
                && !text.StartsWith("http://127.0.0.1", StringComparison.Ordinal), place, "must be https.");
        }
    }

    private static IEnumerable<(string Place, UrlTemplate Url)> Urls(Toolkit toolkit) =>
    [
        .. toolkit.Servers.Select(server => ($"servers.{server.Key}", server.Value)),
        .. toolkit.Auth.Index().SelectMany(entry =>
            Urls(entry.Item).Select(url => ($"auth[{entry.Index}].{url.Place}", url.Url))),
    ];

    private static IEnumerable<(string Place, UrlTemplate Url)> Urls(AuthScheme scheme) => (scheme switch
    {
        OAuth2Scheme oauth => new (string, UrlTemplate?)[]
        {
            ("authorizeUrl", oauth.AuthorizeUrl), ("tokenUrl", oauth.TokenUrl), ("refreshUrl", oauth.RefreshUrl),
            ("issuer.url", oauth.Issuer?.Url), ("revoke.url", oauth.Revoke?.Url),
        },
        ClientCredentialsScheme client => [("tokenUrl", client.TokenUrl), ("revoke.url", client.Revoke?.Url)],
        _ => [],
    }).Where(url => url.Item2 is not null).Select(url => (url.Item1, url.Item2!));

    private static void CheckScheme(AuthScheme scheme, Findings findings)
    {
        switch (scheme)
        {
            case OAuth2Scheme oauth:
                CheckScopes(oauth.Scopes, [.. oauth.DefaultScopes, .. oauth.Quirks.ScopesAlwaysAsked], findings);
                break;
            case ClientCredentialsScheme client:
                CheckScopes(client.Scopes, client.DefaultScopes, findings);
                break;
            case ApiKeyScheme key:
                foreach (var (index, place) in key.Places.Index())
                {
                    var named = key.Fields.Any(field =>
                        place.Format.Contains($"{{{field.Name}}}", StringComparison.Ordinal));
                    findings.AddIf(!named, $"places[{index}].format", "names none of the fields.");
                }

                break;
        }
    }

    private static void CheckScopes(
        IReadOnlyDictionary<string, Scope> scopes, IReadOnlyList<string> asked, Findings findings)
    {
        foreach (var name in asked.Where(name => !scopes.ContainsKey(name)))
        {
            findings.Add("defaultScopes", $"{name} is not among the scopes, so nobody could read what it allows.");
        }

        foreach (var (name, scope) in scopes)
        {
            foreach (var implied in scope.Implies.Where(implied => !scopes.ContainsKey(implied)))
            {
                findings.Add($"scopes.{name}.implies", $"{implied} is not among the scopes.");
            }
        }
    }

    /// <summary>An oddity without the page that says so cannot be checked by whoever comes after.</summary>
    private static void CheckSources(Toolkit toolkit, AuthScheme scheme, string at, Findings findings)
    {
        var (quirks, revoke, refresh) = scheme switch
        {
            OAuth2Scheme oauth => (oauth.Quirks, oauth.Revoke, oauth.Refresh.Supported),
            ClientCredentialsScheme client => (client.Quirks, client.Revoke, false),
            _ => (new Quirks(), null, false),
        };
        Need(HasQuirks(quirks), "/quirks");
        Need(revoke is not null, "/revoke");
        Need(refresh, "/refresh");

        void Need(bool there, string part) => findings.AddIf(
            there && !toolkit.Provenance.Sources.Any(source => source.About == at + part),
            "provenance.sources", $"nothing is said about {at + part}: give the page that documents it.");
    }

    /// <summary>By what the quirks write, since records with lists in them are never equal.</summary>
    private static bool HasQuirks(Quirks quirks) =>
        System.Text.Json.JsonSerializer.Serialize(quirks, CatalogJson.Options)
        != System.Text.Json.JsonSerializer.Serialize(new Quirks(), CatalogJson.Options);
}
