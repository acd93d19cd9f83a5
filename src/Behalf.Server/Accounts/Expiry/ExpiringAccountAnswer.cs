using System.Text.Json.Serialization;
using Behalf.Accounts.AuthConfigs;
using Behalf.Wire;

namespace Behalf.Accounts.Expiry;

/// <summary>A line of the expiry report.</summary>
internal sealed record ExpiringAccountAnswer
{
    public required string ConnectedAccountId { get; init; }

    public required string UserId { get; init; }

    public required ToolkitSlugAnswer Toolkit { get; init; }

    public required string AuthConfigId { get; init; }

    public required string? Alias { get; init; }

    public required string Status { get; init; }

    /// <summary>The account's <c>status_reason</c>, or <c>expires_soon</c>, or <c>refresh_failing</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>When the account got into that state; for one that is still ACTIVE, when it last was changed.</summary>
    public required string Since { get; init; }

    /// <summary>When the credential ends, or ended, where that is known.</summary>
    public required string? ExpiresAt { get; init; }

    public required ReconnectHint Reconnect { get; init; }

    public static ExpiringAccountAnswer From(ExpiringRow row) => new()
    {
        ConnectedAccountId = row.AccountId.ToString(),
        UserId = row.ExternalUser,
        Toolkit = new ToolkitSlugAnswer { Slug = row.Toolkit },
        AuthConfigId = row.AuthConfigId.ToString(),
        Alias = row.Alias,
        Status = row.Status.WireName(),
        Reason = row.Status != AccountStatus.Active ? row.StatusReason ?? StatusReasons.ProviderError
            : row.IsRenewable ? ExpiryReasons.RefreshFailing
            : ExpiryReasons.ExpiresSoon,
        Since = WireText.Time(row.UpdatedAt),
        ExpiresAt = row.ExpiresAt is { } ends ? WireText.Time(ends) : null,
        Reconnect = ReconnectHint.For(row),
    };
}

/// <summary>The request that answers with a link for the user, under which the account keeps its id.</summary>
internal sealed record ReconnectHint
{
    public string Method { get; init; } = "POST";

    public required string Path { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReconnectBody? Body { get; init; }

    /// <summary>An ACTIVE account is asked to consent only where scopes are named: those that it has will do.</summary>
    public static ReconnectHint For(ExpiringRow row) => new()
    {
        Path = $"/api/v3.1/connected_accounts/{row.AccountId}/refresh",
        Body = row.Status == AccountStatus.Active && row.GrantedScopes.Count > 0 ? new ReconnectBody { Scopes = row.GrantedScopes } : null,
    };
}

internal sealed record ReconnectBody
{
    public required IReadOnlyList<string> Scopes { get; init; }
}
