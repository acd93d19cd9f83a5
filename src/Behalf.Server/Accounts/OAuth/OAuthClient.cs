using Behalf.Catalog;

namespace Behalf.Accounts.OAuth;

/// <summary>A client registration, ready for use at its provider's endpoints.</summary>
internal sealed record OAuthClient
{
    public required string ClientId { get; init; }

    public required Secret ClientSecret { get; init; }

    public required Toolkit Toolkit { get; init; }

    public required string TokenUrl { get; init; }

    public string? RefreshUrl { get; init; }

    public required ClientAuth ClientAuth { get; init; }

    public required TokenCapture Capture { get; init; }

    public required Quirks Quirks { get; init; }

    public RevokeRules? Revoke { get; init; }

    /// <summary>What the endpoints' variables stand for in this connection.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>A refresh token that dies when an answer is lost: no pooled connection for it.</summary>
    public bool FreshConnection { get; init; }
}
