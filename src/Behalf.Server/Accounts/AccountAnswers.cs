using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect;
using Behalf.Wire;

namespace Behalf.Accounts;

internal record AccountAnswer
{
    public required ToolkitSlugAnswer Toolkit { get; init; }

    public required AccountAuthConfigAnswer AuthConfig { get; init; }

    public required string Id { get; init; }

    public required string? WordId { get; init; }

    public required string? Alias { get; init; }

    public required string UserId { get; init; }

    public required string Status { get; init; }

    public required string CreatedAt { get; init; }

    public required string UpdatedAt { get; init; }

    public required ConnectionState State { get; init; }

    public required IReadOnlyDictionary<string, string?> Data { get; init; }

    public required string? StatusReason { get; init; }

    public required bool IsDisabled { get; init; }

    /// <summary>What the provider calls the account. Ours, not the published wire's.</summary>
    public required string? AccountLabel { get; init; }
}

internal sealed record AccountDetail : AccountAnswer
{
    public required IReadOnlyDictionary<string, string?> Params { get; init; }

    public required IReadOnlyList<string> RequestedScopes { get; init; }

    public IReadOnlyList<string> RequestedUserScopes { get; init; } = [];
}

internal sealed record AccountAuthConfigAnswer
{
    public required string Id { get; init; }

    public required string AuthScheme { get; init; }

    public required bool IsComposioManaged { get; init; }

    public required bool IsDisabled { get; init; }
}

/// <summary>How accounts look on the wire. Of credentials nothing leaves but that there are some.</summary>
internal static class ShowAccount
{
    public static AccountAnswer Show(AccountRow row, bool managed, bool configEnabled) => Fill(row, managed, configEnabled);

    public static AccountDetail Detail(AccountRow row, bool managed, bool configEnabled, IReadOnlyList<string> requested) =>
        Fill(row, managed, configEnabled) with { RequestedScopes = requested };

    private static AccountDetail Fill(AccountRow row, bool managed, bool configEnabled)
    {
        var shown = Values(row);
        return new AccountDetail
        {
            Toolkit = new ToolkitSlugAnswer { Slug = row.Toolkit },
            AuthConfig = new AccountAuthConfigAnswer
            {
                Id = row.AuthConfigId.ToString(),
                AuthScheme = row.Scheme,
                IsComposioManaged = managed,
                IsDisabled = !configEnabled,
            },
            Id = row.AccountId.ToString(),
            WordId = row.WordId,
            Alias = row.Alias,
            UserId = row.ExternalUser,
            Status = row.Status.WireName(),
            CreatedAt = WireText.Time(row.CreatedAt),
            UpdatedAt = WireText.Time(row.UpdatedAt),
            State = new ConnectionState { AuthScheme = row.Scheme, Val = shown },
            Data = shown,
            StatusReason = row.StatusReason,
            IsDisabled = row.Status == AccountStatus.Inactive,
            AccountLabel = row.SubjectLabel,
            Params = shown,
            RequestedScopes = [],
        };
    }

    private static Dictionary<string, string?> Values(AccountRow row)
    {
        var values = new Dictionary<string, string?> { ["status"] = row.Status.WireName() };
        foreach (var (name, value) in JsonSerializer.Deserialize(row.Params, ConnectJson.Default.DictionaryStringString) ?? [])
        {
            values[name] = value;
        }

        if (row.CredVersion > 0)
        {
            foreach (var name in CredentialFields(row.Scheme))
            {
                values[name] = ShowAuthConfig.Redacted;
            }
        }

        if (row.Scopes.Length > 0)
        {
            values["scope"] = row.Scopes;
        }

        return values;
    }

    private static string[] CredentialFields(string scheme) => scheme switch
    {
        "OAUTH2" or "S2S_OAUTH2" => ["access_token"],
        "API_KEY" => ["generic_api_key"],
        "BEARER_TOKEN" => ["token"],
        "BASIC" => ["username", "password"],
        _ => [],
    };
}
