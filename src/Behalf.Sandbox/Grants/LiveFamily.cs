using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Grants;

/// <summary>A family at one moment: which of its tokens would be taken.</summary>
internal sealed record LiveFamily
{
    public required string Id { get; init; }

    public required string App { get; init; }

    public string? User { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required int Generation { get; init; }

    public required IReadOnlyList<string> AccessTokens { get; init; }

    public required IReadOnlyList<string> RefreshTokens { get; init; }

    public static LiveFamily Of(TokenFamily family, ProviderModes modes, DateTimeOffset now) => new()
    {
        Id = family.Id,
        App = family.App.ClientId,
        User = family.User?.Id,
        Scopes = family.Scopes,
        Generation = family.Generation,
        AccessTokens = [.. family.AccessTokens.Where(token => token.Works(now)).Select(token => token.Value)],
        RefreshTokens =
        [
            .. family.RefreshTokens
                .Where(token => token.IsWithinRotationRules(modes, now) && !token.IsIdle(modes, now))
                .Select(token => token.Value),
        ],
    };
}
