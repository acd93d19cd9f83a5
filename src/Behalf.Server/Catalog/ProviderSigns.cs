using System.Text.Json;
using System.Text.Json.Serialization;

namespace Behalf.Catalog;

/// <summary>How a provider says that a call failed, where the status does not say it all.</summary>
internal sealed record FailureSigns
{
    /// <summary>Points at a boolean that is false when a call failed with a success status.</summary>
    public string? OkPath { get; init; }

    /// <summary>Where the provider's own error code stands; the first that is there counts. With a success status only
    /// <see cref="OkPath"/> or <see cref="ErrorsPath"/> make the answer a failure.</summary>
    public IReadOnlyList<string> CodePaths { get; init; } = [];

    /// <summary>Points at a list that is there and not empty when a call failed with a success status
    /// (GraphQL).</summary>
    public string? ErrorsPath { get; init; }

    /// <summary>What the provider's codes mean; they win over the status.</summary>
    public IReadOnlyDictionary<string, UpstreamErrorKind> Codes { get; init; } =
        new Dictionary<string, UpstreamErrorKind>();

    /// <summary>Points at the scope that was missing.</summary>
    public string? MissingScopePath { get; init; }

    /// <summary>The header that lists the scopes that would do, any one of them.</summary>
    public string? AcceptedScopesHeader { get; init; }

    /// <summary>The header that lists the scopes that the token has.</summary>
    public string? GrantedScopesHeader { get; init; }
}

/// <summary>What went wrong at the provider, as far as a caller can act on it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UpstreamErrorKind>))]
internal enum UpstreamErrorKind
{
    [JsonStringEnumMemberName("other")]
    Other,

    /// <summary>The credential is not accepted (any more).</summary>
    [JsonStringEnumMemberName("auth")]
    Auth,

    /// <summary>The credential is good but not for this.</summary>
    [JsonStringEnumMemberName("scope")]
    Scope,

    [JsonStringEnumMemberName("rate_limited")]
    RateLimited,

    [JsonStringEnumMemberName("not_found")]
    NotFound,

    [JsonStringEnumMemberName("invalid")]
    Invalid,

    [JsonStringEnumMemberName("unavailable")]
    Unavailable,
}

/// <summary>How a provider says "slower".</summary>
internal sealed record RateLimitSigns
{
    public IReadOnlyList<int> Statuses { get; init; } = [429];

    public string RetryAfterHeader { get; init; } = "Retry-After";

    /// <summary>Zero in this header makes a 403 a rate limit.</summary>
    public string? RemainingHeader { get; init; }

    public string? ResetHeader { get; init; }

    public ResetUnit ResetUnit { get; init; } = ResetUnit.EpochSeconds;
}

/// <summary>What the number in the reset header is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResetUnit>))]
internal enum ResetUnit
{
    [JsonStringEnumMemberName("epoch_seconds")]
    EpochSeconds,

    [JsonStringEnumMemberName("epoch_milliseconds")]
    EpochMilliseconds,

    [JsonStringEnumMemberName("seconds")]
    Seconds,
}

/// <summary>How to get the next page of a list, told to callers as the arguments to send.</summary>
internal sealed record Pagination
{
    public required PaginationStyle Style { get; init; }

    /// <summary>The tool's parameter that takes the cursor or page number.</summary>
    public required string Parameter { get; init; }

    /// <summary>The tool's parameter that says how many items to give at once.</summary>
    public string? LimitParameter { get; init; }

    /// <summary>Points at the next cursor; for <see cref="PaginationStyle.Cursor"/>.</summary>
    public string? Next { get; init; }

    /// <summary>Points at a boolean; false means that <see cref="Next"/> leads nowhere.</summary>
    public string? HasMore { get; init; }

    /// <summary>The parameter to read out of the next page's URL; for <see
    /// cref="PaginationStyle.LinkHeader"/>.</summary>
    public string? LinkParameter { get; init; }
}

/// <summary>The forms of pagination.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PaginationStyle>))]
internal enum PaginationStyle
{
    /// <summary>The answer holds an opaque cursor.</summary>
    [JsonStringEnumMemberName("cursor")]
    Cursor,

    /// <summary>RFC 8288: <c>Link: &lt;…&gt;; rel="next"</c>.</summary>
    [JsonStringEnumMemberName("link_header")]
    LinkHeader,
}

/// <summary>A cheap request that proves a credential and tells whose it is.</summary>
internal sealed record Probe
{
    public string Server { get; init; } = Toolkit.DefaultServer;

    public ProbeMethod Method { get; init; } = ProbeMethod.Get;

    public required string Path { get; init; }

    public JsonElement? Body { get; init; }

    /// <summary>Pointers into the answer that together name one account, and always the same one.</summary>
    public required IReadOnlyList<string> Subject { get; init; }

    /// <summary>Pointers to what a person knows the account by; the first that is there counts.</summary>
    public IReadOnlyList<string> Label { get; init; } = [];
}

/// <summary>The methods a probe may use.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProbeMethod>))]
internal enum ProbeMethod
{
    [JsonStringEnumMemberName("GET")]
    Get,

    [JsonStringEnumMemberName("POST")]
    Post,
}
