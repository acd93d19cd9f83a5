using System.Text.Json;
using Behalf.Catalog;
using Behalf.Wire;

namespace Behalf.Accounts.AuthConfigs;

/// <summary>Reads what people send about an auth config, and says what is wrong with it.</summary>
internal static class AuthConfigInput
{
    private const int MostNames = 500;

    /// <summary>A list, or one text with the names separated by commas or spaces, as the SDKs send either.</summary>
    public static IReadOnlyList<string>? Names(JsonElement? value, string field)
    {
        List<string>? names = value switch
        {
            null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
            { ValueKind: JsonValueKind.String } text => [.. text.GetString()!.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)],
            { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String) =>
                [.. list.EnumerateArray().Select(e => e.GetString()!)],
            _ => throw new Problem(Refusal.InvalidRequest, $"{field} is a list of names, or one text with commas."),
        };
        if (names?.Count > MostNames)
        {
            throw new Problem(Refusal.InvalidRequest, $"{field} takes at most {MostNames} names.");
        }

        names?.ForEach(name => WireText.Required(name, field, 256));
        return names;
    }

    /// <summary>What this server does not do is said, not passed over: somebody relies on it.</summary>
    public static void RefuseWhatIsNotDone(AuthConfigRequest request)
    {
        if (IsGiven(request.ProxyConfig))
        {
            throw new Problem(
                Refusal.InvalidRequest,
                "proxy_config is not taken: how this server reaches providers is the operator's to say.",
                "Leave proxy_config out.");
        }

        if (IsGiven(request.SharedCredentials))
        {
            throw new Problem(
                Refusal.InvalidRequest,
                "shared_credentials is not taken: no credential is shared between users.",
                "Put client_id and client_secret into credentials, and let each user connect an account.");
        }
    }

    private static bool IsGiven(JsonElement? value) => value switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => false,
        { ValueKind: JsonValueKind.Object } some => some.EnumerateObject().Any(),
        _ => true,
    };

    public static string? Text(Dictionary<string, JsonElement>? credentials, string field) =>
        credentials?.GetValueOrDefault(field) switch
        {
            null or { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
            { ValueKind: JsonValueKind.String } text => WireText.Optional(text.GetString(), field, 4096),
            _ => throw new Problem(Refusal.InvalidRequest, $"{field} is a text."),
        };

    /// <summary>Canonical slugs of tools of the toolkit; an unknown one is refused, since a typo would lock tools out silently.</summary>
    public static IReadOnlyList<string>? Tools(AuthConfigRequest request, Toolkit toolkit, ToolCatalog catalog)
    {
        var asked = request.ToolAccessConfig?.ToolsAvailableForExecution
            ?? request.RestrictToFollowingTools
            ?? request.ToolAccessConfig?.ToolsForConnectedAccountCreation;
        if (asked is null or { Count: 0 })
        {
            return null;
        }

        return [.. asked.Select(slug => catalog.TryGetTool(slug, out var tool) && tool.Toolkit == toolkit.Slug
            ? tool.Slug
            : throw new Problem(Refusal.InvalidRequest, $"{Cut(slug)} is not a tool of {toolkit.Slug}.")).Distinct()];
    }

    /// <summary>The connection fields that the config itself fills in.</summary>
    public static IReadOnlyDictionary<string, string> Fields(Dictionary<string, JsonElement>? credentials, Toolkit toolkit)
    {
        var fields = new Dictionary<string, string>();
        foreach (var field in toolkit.Variables.Where(v => v.From is FieldSource.Config or FieldSource.User))
        {
            if (Text(credentials, field.Name) is { } value)
            {
                fields[field.Name] = field.Accepts(value)
                    ? value
                    : throw new Problem(Refusal.InvalidRequest, $"{field.Name} does not have the form that {toolkit.Name} uses{Example(field)}.");
            }
        }

        return fields;
    }

    private static string Example(ConnectionField field) => field.Example is null ? "" : $", such as {field.Example}";

    private static string Cut(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
