using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Grants;

/// <summary>Everything that one consent gave: the refresh tokens that followed each other and their access tokens.
/// Changed only under the lock of <see cref="TokenBook"/>.</summary>
internal sealed class TokenFamily(string id, App app, User? user, IReadOnlyList<string> scopes)
{
    public string Id => id;

    public App App => app;

    /// <summary>None for an app that acts for itself (client credentials).</summary>
    public User? User => user;

    public IReadOnlyList<string> Scopes => scopes;

    /// <summary>How many times it was refreshed.</summary>
    public int Generation { get; set; }

    public bool Revoked { get; set; }

    public List<AccessToken> AccessTokens { get; } = [];

    public List<RefreshToken> RefreshTokens { get; } = [];
}

internal sealed class AccessToken(
    string value, TokenFamily family, IReadOnlyList<string> scopes, DateTimeOffset expiresAt)
{
    public string Value => value;

    public TokenFamily Family => family;

    public IReadOnlyList<string> Scopes => scopes;

    public DateTimeOffset ExpiresAt { get; set; } = expiresAt;

    public bool Revoked { get; set; }

    public bool Works(DateTimeOffset now) => !Revoked && !Family.Revoked && now < ExpiresAt;
}

internal sealed class RefreshToken(string value, TokenFamily family, RefreshToken? parent, DateTimeOffset issuedAt)
{
    public string Value => value;

    public TokenFamily Family => family;

    /// <summary>The one that was presented to get this one.</summary>
    public RefreshToken? Parent => parent;

    public DateTimeOffset LastUsedAt { get; set; } = issuedAt;

    /// <summary>When it was first replaced.</summary>
    public DateTimeOffset? RotatedAt { get; set; }

    /// <summary>A token that replaced this one was presented, so its answer did arrive.</summary>
    public bool SuccessorUsed { get; set; }

    public bool IsIdle(ProviderModes modes, DateTimeOffset now) =>
        modes.IdleLimit is { } limit && now - LastUsedAt > limit;

    /// <summary>Whether a replaced token is taken once more; else presenting it is reuse (RFC 9700 §4.14.2).</summary>
    public bool IsWithinRotationRules(ProviderModes modes, DateTimeOffset now) =>
        RotatedAt is not { } rotated || modes.Rotation switch
        {
            Rotation.None => true,
            Rotation.Grace => now - rotated < modes.Grace,
            Rotation.UntilUsed => !SuccessorUsed,
            _ => false,
        };
}

/// <summary>What a token request gave.</summary>
internal sealed record TokenGrant
{
    public required TokenFamily Family { get; init; }

    public required AccessToken Access { get; init; }

    /// <summary>None where the grant has none, or where the answer leaves it out.</summary>
    public string? RefreshToken { get; init; }
}
