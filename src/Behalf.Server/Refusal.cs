namespace Behalf;

/// <summary>Every way this server refuses a request: the slug and code on the wire, the status, what it means and what
/// to do next. The published clients choose their exception by status and know one code, 1803.</summary>
internal sealed record Refusal(int Status, int Code, string Slug, string Message, string Fix)
{
    public static readonly Refusal InvalidRequest = new(
        400, 1001, "Request_Invalid", "The request is not valid.", "Correct what the errors name and send it again.");

    public static readonly Refusal MissingCredential = new(
        401, 1010, "HTTP_Unauthorized", "No API key was sent.", "Send the key in the x-api-key header.");

    public static readonly Refusal InvalidCredential = new(
        401, 1011, "HTTP_Unauthorized", "The API key is not valid.",
        "Check that the whole key was copied and that it was not revoked; create a new one if in doubt.");

    public static readonly Refusal SeveralCredentials = new(
        401, 1012, "HTTP_Unauthorized", "More than one credential was sent.", "Send exactly one credential header.");

    public static readonly Refusal TooManyFailures = new(
        429, 1013, "RateLimit_AuthenticationFailures", "Too many failed authentications from this address.",
        "Wait until the time in Retry-After has passed, then use a valid key.");

    public static readonly Refusal NotAllowed = new(
        403, 1020, "Key_NotAllowed", "This key may not do that.", "Use a key of the kind that this route accepts.");

    public static readonly Refusal ForeignUser = new(
        403, 1021, "UserKey_ForeignUser", "This key acts for one user only, and the request names something else.",
        "Use a key that was minted for the user in question.");

    public static readonly Refusal NotFound = new(
        404, 1030, "Resource_NotFound", "There is no such resource in this project.", "Check the id.");

    public static readonly Refusal RouteNotFound = new(
        404, 1031, "Route_NotFound", "There is no such route.", "See /openapi.json for the routes.");

    public static readonly Refusal MethodNotAllowed = new(
        405, 1032, "Route_MethodNotAllowed", "This route does not take that method.", "See /openapi.json for the methods.");

    public static readonly Refusal Conflict = new(
        409, 1040, "Resource_Conflict", "The request does not fit the present state.", "Read the resource again, then decide.");

    public static readonly Refusal ManagedAppMissing = new(
        400, 1101, "AuthConfig_NoManagedApp", "This instance has no app of its own for that toolkit.",
        "Create the auth config with type use_custom_auth and your own client_id and client_secret.");

    public static readonly Refusal SchemeNotOffered = new(
        400, 1102, "AuthConfig_SchemeNotOffered", "The toolkit cannot be connected in that way.",
        "See auth_config_details of GET /toolkits/{slug} for the ways it offers.");

    public static readonly Refusal RedirectNeedsHttps = new(
        400, 1103, "AuthConfig_RedirectNeedsHttps", "The provider sends people back to https addresses only.",
        "Serve this server by https and set BEHALF_PUBLIC_URL to that address.");

    public static readonly Refusal UserMismatch = new(
        403, 1110, "ConnectedAccount_UserMismatch", "Another user finished this connection than the one it was made for.",
        "Nothing was connected. Make a new link for the user who is signed in.");

    public static readonly Refusal CompletionOver = new(
        410, 1111, "ConnectedAccount_SessionOver", "This completion session is over: it was used, refused or too late.",
        "Make a new link.");

    public static readonly Refusal NotConnected = new(
        409, 1112, "ConnectedAccount_NotConnected", "The connection failed.", "Make a new link and let the user try again.");

    public static readonly Refusal CredentialRefused = new(
        400, 1113, "ConnectedAccount_CredentialRefused", "The provider does not accept this credential.",
        "Check it with the user and send it again.");

    public static readonly Refusal SubjectChanged = new(
        409, 1115, "subject_changed", "The provider says that this is another account than before.",
        "Connect the same account again, or make a new link for the other one.");

    public static readonly Refusal TooManyLinks = new(
        429, 1116, "ConnectedAccount_TooManyLinks", "Several links are open already for this user and auth config.",
        "Let the user finish one of them, or wait until the time in Retry-After has passed.");

    // The SDKs show a refusal's message to their users only with code 1803; the slugs tell the three apart.
    public static readonly Refusal AccountNotConnected = new(
        400, 1803, "ActionExecute_ConnectedAccountNotFound", "The user has not connected this toolkit.",
        "Make a link with POST /connected_accounts/link and show it to the user.");

    public static readonly Refusal AccountExpired = new(
        400, 1803, "ActionExecute_ConnectedAccountExpired", "The connection has expired.",
        "Make a link with POST /connected_accounts/{id}/refresh and show it to the user.");

    public static readonly Refusal ScopeMissing = new(
        400, 1803, "ActionExecute_ScopeMissing", "The connection lacks a permission.",
        "Show the user the link in the message.");

    public static readonly Refusal AccountDisabled = new(
        400, 1803, "ActionExecute_ConnectedAccountDisabled", "The connection is switched off.",
        "Enable it with PATCH /connected_accounts/{id}/status.");

    public static readonly Refusal AuthConfigDisabled = new(
        400, 1803, "ActionExecute_AuthConfigDisabled", "The auth config of the connection is disabled.",
        "Enable it with PATCH /auth_configs/{id}/ENABLED.");

    public static readonly Refusal AccountOfOtherUser = new(
        403, 1810, "ActionExecute_UserMismatch", "The connected account belongs to another user than user_id says.",
        "Send the user's own account, or leave one of the two out.");

    public static readonly Refusal AccountOfOtherToolkit = new(
        400, 1811, "ActionExecute_ToolkitMismatch", "The connected account is of another toolkit.",
        "Send an account of the tool's toolkit, or the user_id alone.");

    public static readonly Refusal ToolNotAllowed = new(
        403, 1812, "ActionExecute_ToolNotAllowed", "This tool may not be run with this key or account.",
        "Use a key and an auth config that allow it.");

    public static readonly Refusal ToolNotFound = new(
        404, 1813, "Tool_ToolNotFound", "There is no such tool.", "See GET /tools for all of them.");

    public static readonly Refusal IdempotencyKeyTaken = new(
        409, 1816, "Idempotency_NoAnswer", "The first request with this Idempotency-Key is still running, or ended without an answer that is known.",
        "Ask again in a moment. If it stays so, look at what was done in /logs/tool_execution before you use a new key.");

    public static readonly Refusal IdempotencyKeyReused = new(
        422, 1817, "Idempotency_KeyReused", "This Idempotency-Key was used for another request.", "Use a new key for each new request.");

    public static readonly Refusal ProviderFailed = new(
        502, 1815, "ActionExecute_ProviderFailed", "The provider gave no usable answer.",
        "Look at what was done before sending it again.");

    public static readonly Refusal EgressDenied = new(
        403, 1818, "egress_denied", "This server does not send requests there.",
        "If the address is right, an operator adds its range to BEHALF_EGRESS_ALLOW, or its host to the toolkit's definition.");

    public static readonly Refusal OriginMismatch = new(
        400, 1814, "OriginMismatch", "The endpoint is not one of the toolkit's own.",
        "Send a path, or a URL that begins with the toolkit's base address.");

    public static readonly Refusal TooLarge = new(
        413, 1050, "Request_TooLarge", "The request is larger than this server takes.", "Send less at once.");

    public static readonly Refusal UnsupportedMediaType = new(
        415, 1051, "Request_MediaType", "The request's media type is not taken here.", "Send application/json.");

    public static readonly Refusal TooSlow = new(
        408, 1052, "Request_TooSlow", "The request's body came too slowly.", "Send it again, in one go.");

    public static readonly Refusal Overloaded = new(
        503, 1060, "Server_Overloaded", "The server has more work than it may queue.", "Try again after Retry-After.");

    public static readonly Refusal StorageUnavailable = new(
        503, 1061, "Server_StorageUnavailable", "The database does not answer.", "Try again after Retry-After.");

    public static readonly Refusal Sealed = new(
        503, 1062, "Server_Sealed", "The key provider does not answer, so no credential can be opened.",
        "Try again after Retry-After; an operator finds the cause at /health/ready.");

    public static readonly Refusal CredentialIntegrity = new(
        409, 1070, "credential_integrity", "A stored credential is not what was put there, so it was not used.",
        "Connect again to replace it, and have an operator read the event in the audit trail.");

    public static readonly Refusal KeyDestroyed = new(
        409, 1071, "key_destroyed", "The key of this credential was destroyed, so it can never be opened again.",
        "Connect again to replace it.");

    public static readonly Refusal RateLimited = new(
        429, 1063, "RateLimit_Exceeded", "Rate limit exceeded.",
        "Wait until the time in Retry-After has passed. An operator can set another limit: see docs/operations.md.");

    public static readonly Refusal TooManyAtOnce = new(
        429, 1064, "RateLimit_TooManyAtOnce", "This project has as many requests under way as it may.",
        "Let some of them end, then try again. An operator can set another limit: see docs/operations.md.");

    public static readonly Refusal ProviderBusy = new(
        503, 1819, "ActionExecute_ProviderBusy", "As many calls as this server makes to one provider at once are under way.",
        "Nothing was sent. Try again after Retry-After.");

    public static readonly Refusal Internal = new(
        500, 1099, "Server_Error", "Something went wrong on our side.", "Report the request id to the operator.");
}
