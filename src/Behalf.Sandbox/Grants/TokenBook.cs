using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Grants;

/// <summary>Issues, rotates, finds and revokes tokens. One lock around all of it: which of two calls came first is the
/// question that rotation turns on.</summary>
internal sealed class TokenBook(ModeSwitch modes, TokenHistory history, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TokenFamily> _families = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AccessToken> _access = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RefreshToken> _refresh = new(StringComparer.Ordinal);

    /// <summary>Starts a family: with a refresh token for a user's consent, without one for an app of its own
    /// (RFC 6749 §4.4.3).</summary>
    public TokenGrant Open(App app, User? user, IReadOnlyList<string> scopes)
    {
        lock (_gate)
        {
            var family = new TokenFamily(Opaque.Name("fam"), app, user, scopes);
            _families.Add(family.Id, family);
            history.Add(TokenEventKind.Issued, family);
            return new TokenGrant
            {
                Family = family,
                Access = MintAccess(family, scopes),
                RefreshToken = user is null || !modes.Current.IssueRefreshTokens ? null : MintRefresh(family, parent: null).Value,
            };
        }
    }

    /// <summary>RFC 6749 §6, with the rotation in force; null scopes ask for all that the family has.</summary>
    public TokenGrant Renew(App app, string presented, IReadOnlyList<string>? scopes)
    {
        lock (_gate)
        {
            var current = modes.Current;
            var token = Presented(app, presented, current);
            var family = token.Family;
            if (scopes?.Except(family.Scopes).Any() == true)
            {
                throw new Refused(400, "invalid_scope", "A refresh cannot widen what was granted.");
            }

            var again = token.RotatedAt is not null;
            token.LastUsedAt = time.GetUtcNow();
            token.Parent?.SuccessorUsed = true;
            family.Generation++;
            history.Add(again ? TokenEventKind.RefreshedAgain : TokenEventKind.Refreshed, family);

            var access = MintAccess(family, scopes ?? family.Scopes);
            if (!current.IncludeRefreshTokenOnRefresh)
            {
                return new TokenGrant { Family = family, Access = access };
            }

            if (current.Rotation != Rotation.None)
            {
                token.RotatedAt ??= time.GetUtcNow();
                token = MintRefresh(family, parent: token);
            }

            return new TokenGrant { Family = family, Access = access, RefreshToken = token.Value };
        }
    }

    public AccessToken? FindLive(string value)
    {
        lock (_gate)
        {
            return _access.TryGetValue(value, out var token) && token.Works(time.GetUtcNow()) ? token : null;
        }
    }

    /// <summary>Whose a refresh token is or was.</summary>
    public string? FamilyOf(string? refreshToken)
    {
        lock (_gate)
        {
            return _refresh.GetValueOrDefault(refreshToken ?? "")?.Family.Id;
        }
    }

    /// <summary>RFC 7009 §2. A token of another app is refused; an unknown one is not worth an error (§2.2).</summary>
    /// <returns>The family concerned, for what else hangs on it.</returns>
    public TokenFamily? Revoke(App app, string value)
    {
        lock (_gate)
        {
            var access = _access.GetValueOrDefault(value);
            var family = access?.Family ?? _refresh.GetValueOrDefault(value)?.Family;
            if (family is null)
            {
                return null;
            }

            if (family.App.ClientId != app.ClientId)
            {
                throw new Refused(400, "invalid_grant", "The token was issued to another app.");
            }

            if (modes.Current.RevokeReach == RevokeReach.Grant && family.User is { } user)
            {
                RevokeGrant(user.Id, app.ClientId);
            }
            else if (access is not null)
            {
                access.Revoked = true;
                history.Add(TokenEventKind.AccessRevoked, family);
            }
            else
            {
                End(family, TokenEventKind.Revoked);
            }

            return family;
        }
    }

    /// <summary>Ends all that a user gave to one app, or to every app.</summary>
    public void RevokeGrant(string userId, string? clientId)
    {
        lock (_gate)
        {
            var given = FamiliesOf(userId).Where(family => clientId is null || family.App.ClientId == clientId);
            foreach (var family in given)
            {
                End(family, TokenEventKind.Revoked);
            }
        }
    }

    /// <summary>RFC 6749 §4.1.2: a code that comes back takes along what it gave.</summary>
    public void EndForReusedCode(TokenFamily family)
    {
        lock (_gate)
        {
            End(family, TokenEventKind.CodeReuseRevoked);
        }
    }

    /// <summary>Makes a user's access tokens expire now; refresh tokens stay good.</summary>
    public void ExpireAccess(string userId)
    {
        lock (_gate)
        {
            foreach (var family in FamiliesOf(userId))
            {
                family.AccessTokens.ForEach(token => token.ExpiresAt = time.GetUtcNow());
                history.Add(TokenEventKind.AccessExpired, family);
            }
        }
    }

    /// <summary>What works at this moment.</summary>
    public IReadOnlyList<LiveFamily> Live()
    {
        lock (_gate)
        {
            var (current, now) = (modes.Current, time.GetUtcNow());
            return
            [
                .. _families.Values
                    .Where(family => !family.Revoked)
                    .Select(family => LiveFamily.Of(family, current, now))
                    .Where(live => live.AccessTokens.Count + live.RefreshTokens.Count > 0),
            ];
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _families.Clear();
            _access.Clear();
            _refresh.Clear();
        }
    }

    private RefreshToken Presented(App app, string presented, ProviderModes current)
    {
        if (!_refresh.TryGetValue(presented, out var token) || token.Family.App.ClientId != app.ClientId)
        {
            throw new Refused(400, "invalid_grant", "The refresh token is unknown.");
        }

        if (token.Family.Revoked || token.IsIdle(current, time.GetUtcNow()))
        {
            history.Add(TokenEventKind.RefreshRefused, token.Family);
            throw new Refused(400, "invalid_grant", "The refresh token was revoked or not used for too long.");
        }

        if (!token.IsWithinRotationRules(current, time.GetUtcNow()))
        {
            // RFC 9700 §4.14.2: the server cannot tell which of the two parties is the thief, so neither goes on.
            End(token.Family, TokenEventKind.ReuseRevoked);
            throw new Refused(400, "invalid_grant", "The refresh token was used before; what came of it is revoked.");
        }

        return token;
    }

    private void End(TokenFamily family, TokenEventKind kind)
    {
        if (!family.Revoked)
        {
            family.Revoked = true;
            history.Add(kind, family);
        }
    }

    private IEnumerable<TokenFamily> FamiliesOf(string userId) =>
        _families.Values.Where(family => family.User?.Id == userId);

    private AccessToken MintAccess(TokenFamily family, IReadOnlyList<string> scopes)
    {
        var now = time.GetUtcNow();
        foreach (var dead in family.AccessTokens.Where(token => !token.Works(now)).ToList())
        {
            family.AccessTokens.Remove(dead);
            _access.Remove(dead.Value);
        }

        var token = new AccessToken(Opaque.Secret("sba"), family, scopes, now + modes.Current.AccessTokenLifetime);
        family.AccessTokens.Add(token);
        _access.Add(token.Value, token);
        return token;
    }

    private RefreshToken MintRefresh(TokenFamily family, RefreshToken? parent)
    {
        var token = new RefreshToken(Opaque.Secret("sbr"), family, parent, time.GetUtcNow());
        family.RefreshTokens.Add(token);
        _refresh.Add(token.Value, token);
        return token;
    }
}
