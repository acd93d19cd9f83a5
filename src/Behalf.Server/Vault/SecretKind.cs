namespace Behalf.Vault;

/// <summary>What the vault keeps. The numbers are on disk, and bound into what is encrypted: a client secret does not open
/// as a token.</summary>
internal enum SecretKind : short
{
    /// <summary>What an account's calls are made with: tokens, keys, passwords.</summary>
    Credential = 1,

    /// <summary>What an auth config proves itself with: its client secret.</summary>
    ClientSecret = 2,

    /// <summary>What a connect flow needs until it ends: a parked code, a key that was typed.</summary>
    Flow = 3,

    /// <summary>What deliveries to a webhook are signed with.</summary>
    WebhookSecret = 4,

    /// <summary>What a tool answered to a request with an idempotency key.</summary>
    Answer = 5,
}
