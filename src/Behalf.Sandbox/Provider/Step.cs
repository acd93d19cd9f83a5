namespace Behalf.Sandbox.Provider;

/// <summary>Which part of the provider a request is for, as faults are aimed.</summary>
internal enum Step
{
    Other,

    /// <summary><c>GET /oauth/authorize</c></summary>
    Authorize,

    /// <summary><c>POST /oauth/token</c> with any grant but refresh_token.</summary>
    Token,

    /// <summary><c>POST /oauth/token</c> with a refresh token.</summary>
    Refresh,

    /// <summary><c>POST /oauth/revoke</c></summary>
    Revoke,

    /// <summary>Anything under <c>/api</c>.</summary>
    Api,
}
