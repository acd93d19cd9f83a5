namespace Behalf.Accounts;

/// <summary>The states of a connected account; the numbers are on disk, the names on the wire.</summary>
internal enum AccountStatus : short
{
    Initializing = 0,

    /// <summary>Waiting for the user; the link lives ten minutes.</summary>
    Initiated = 1,

    Active = 2,

    /// <summary>The user said no, or the provider did; <c>status_reason</c> says which.</summary>
    Failed = 3,

    /// <summary>Needs to be connected again, whatever the cause.</summary>
    Expired = 4,

    /// <summary>Switched off by the application.</summary>
    Inactive = 5,

    /// <summary>Taken back, at the provider too.</summary>
    Revoked = 6,
}

internal static class AccountStatuses
{
    private static readonly string[] Names = ["INITIALIZING", "INITIATED", "ACTIVE", "FAILED", "EXPIRED", "INACTIVE", "REVOKED"];

    public static string WireName(this AccountStatus status) => Names[(int)status];

    public static AccountStatus? Parse(string text)
    {
        var index = Array.FindIndex(Names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : (AccountStatus)index;
    }
}

/// <summary>Why an account is in the state it is in. Part of the wire: add, never rename.</summary>
internal static class StatusReasons
{
    public const string ConsentDenied = "consent_denied";
    public const string LinkExpired = "link_expired";
    public const string WrongBrowser = "wrong_browser";
    public const string WrongUser = "user_mismatch";
    public const string NotConfirmed = "not_confirmed";
    public const string IssuerMismatch = "issuer_mismatch";
    public const string ContextMismatch = "context_mismatch";
    public const string ProviderError = "provider_error";
    public const string InvalidClient = "invalid_client";
    public const string TooManyAttempts = "too_many_attempts";
    public const string CredentialRefused = "credential_refused";
    public const string SubjectChanged = "subject_changed";
    public const string RefreshTokenRefused = "refresh_token_refused";
    public const string RefreshTokenMissing = "refresh_token_missing";
    public const string RotationUnresolved = "rotation_unresolved";
    public const string RevokedUpstream = "revoked_upstream";
    public const string RevokedByRequest = "revoked_by_request";
    public const string DisabledByRequest = "disabled_by_request";
}
