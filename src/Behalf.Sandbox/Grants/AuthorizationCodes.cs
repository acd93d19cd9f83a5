using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Grants;

/// <summary>What an authorization code stands for.</summary>
internal sealed record CodeTerms
{
    public required string ClientId { get; init; }

    public required string RedirectUri { get; init; }

    public required User User { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>BASE64URL(SHA256(verifier)), RFC 7636 §4.2.</summary>
    public required string CodeChallenge { get; init; }
}

/// <summary>Codes: each good for one minute and one use.</summary>
internal sealed class AuthorizationCodes(TokenBook tokens, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, Entry> _codes = new(StringComparer.Ordinal);

    public string Issue(CodeTerms terms)
    {
        var code = Opaque.Secret("sbc");
        lock (_codes)
        {
            _codes.Add(code, new Entry(terms, time.GetUtcNow() + Lifetime));
        }

        return code;
    }

    public TokenGrant Redeem(App app, string code, string redirectUri, string verifier)
    {
        lock (_codes)
        {
            // Another app's code is as good as unknown, and stays unspent for the app that it was issued to.
            if (!_codes.TryGetValue(code, out var entry) || entry.Terms.ClientId != app.ClientId)
            {
                throw new Refused(400, "invalid_grant", "The code is unknown.");
            }

            if (entry.Spent)
            {
                if (entry.Gave is { } family)
                {
                    tokens.EndForReusedCode(family);
                }

                throw new Refused(400, "invalid_grant", "The code was used before; what it gave is revoked.");
            }

            entry.Spent = true;
            Check(entry, redirectUri, verifier);
            var grant = tokens.Open(app, entry.Terms.User, entry.Terms.Scopes);
            entry.Gave = grant.Family;
            return grant;
        }
    }

    public void Clear()
    {
        lock (_codes)
        {
            _codes.Clear();
        }
    }

    private void Check(Entry entry, string redirectUri, string verifier)
    {
        if (time.GetUtcNow() >= entry.ExpiresAt)
        {
            throw new Refused(400, "invalid_grant", "The code has expired.");
        }

        if (entry.Terms.RedirectUri != redirectUri)
        {
            throw new Refused(400, "invalid_grant", "The redirect URI is not the one that the code was sent to.");
        }

        // RFC 7636 §4.6.
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        if (!Opaque.SameSecret(challenge, entry.Terms.CodeChallenge))
        {
            throw new Refused(400, "invalid_grant", "The code verifier does not match the challenge.");
        }
    }

    private sealed class Entry(CodeTerms terms, DateTimeOffset expiresAt)
    {
        public CodeTerms Terms => terms;

        public DateTimeOffset ExpiresAt => expiresAt;

        public bool Spent { get; set; }

        public TokenFamily? Gave { get; set; }
    }
}
