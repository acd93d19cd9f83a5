using System.Security.Cryptography;
using System.Text;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts.Connect;

/// <summary>How far a connection has come. Steps never call each other: each reads the row, does its part and moves the
/// stage in one guarded update, so that a replay finds the door closed.</summary>
internal enum FlowStage : short
{
    /// <summary>The link is out; nobody has pressed Continue.</summary>
    Invited = 1,

    /// <summary>A browser was sent to the provider; it alone may come back.</summary>
    AtProvider = 2,

    /// <summary>The code is parked until the application confirms who finished.</summary>
    Parked = 3,

    /// <summary>The provider is being asked to redeem the code; a flow found here after its time died on the way.</summary>
    Exchanging = 4,

    Ended = 5,
}

/// <summary>One invitation to connect an account, from the link to its end.</summary>
internal sealed record FlowRow
{
    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required Id<IdKinds.Flow> FlowId { get; init; }

    public required Id<IdKinds.Account> AccountId { get; init; }

    public required Id<IdKinds.AuthConfig> AuthConfigId { get; init; }

    public required Id<IdKinds.User> UserId { get; init; }

    public required string ExternalUser { get; init; }

    /// <summary>The account is there already, and stays as it is until the new consent is in.</summary>
    public required bool Reconnect { get; init; }

    public required FlowStage Stage { get; init; }

    public required string? Outcome { get; init; }

    public required byte[]? BrowserHash { get; init; }

    public required string? CallbackUrl { get; init; }

    public required string? RedirectUri { get; init; }

    /// <summary>Asked for, separated by one space.</summary>
    public required string Scopes { get; init; }

    /// <summary>Connection variables known so far, as JSON.</summary>
    public required string Params { get; init; }

    public required long CreatedAt { get; init; }

    public required long ExpiresAt { get; init; }

    /// <summary>The database's time when the row was read.</summary>
    public long Now { get; init; }

    public bool IsExpired => ExpiresAt <= Now;

    /// <summary>The owner of what a parked flow keeps in the vault.</summary>
    public SecretOwner SecretOwner => new()
    {
        Project = ProjectId,
        Id = FlowId.As<IdKinds.SecretOwner>(),
        User = UserId,
    };
}

internal static class FlowStore
{
    public const string Columns =
        """
        project_id, flow_id, account_id, auth_config_id, user_id, external_user, reconnect, stage, outcome, browser_hash,
        callback_url, redirect_uri, scopes, params, created_at, expires_at
        """;

    /// <summary>Finds the flow of a link, a state or a completion session; null for a stranger's.</summary>
    public static async Task<FlowRow?> LocateFlowAsync(
        this IDatabase database, LocatorKind kind, string? held, CancellationToken ct) =>
        held is not { Length: > 0 and <= 128 }
            ? null
            : await database.FindAsync<FlowRow>(
                RowScope.System,
                $"""
                select {string.Join(", ", Columns.Split(',').Select(c => "f." + c.Trim()))}, behalf_now() as now
                from locator l join flow f on f.project_id = l.project_id and f.flow_id = l.id
                where l.hash = @hash and l.kind = @kind
                """,
                new { hash = Locator.Hash(kind, held), kind },
                ct);

    /// <summary>Ends the flow if it is still at the stage it was read at: of several at once, one wins. What was parked for
    /// it goes with it, as nobody will ask for it again.</summary>
    public static async ValueTask<bool> EndFlowAsync(this WriteSession session, FlowRow flow, string outcome)
    {
        var ended = await session.ExecuteAsync(
            """
            update flow set stage = 5, outcome = @outcome
            where project_id = @ProjectId and flow_id = @FlowId and stage = @Stage
            """,
            new { flow.ProjectId, flow.FlowId, flow.Stage, outcome }) == 1;
        if (ended && flow.Stage >= FlowStage.Parked)
        {
            await session.DestroySecretsAsync(flow.ProjectId, flow.SecretOwner.Id);
        }

        return ended;
    }
}

/// <summary>What only the browser that pressed Continue holds. Its cookie binds the flow to it, guards the form, and is half
/// of what the PKCE verifier is derived from, so that the verifier needs no place at rest.</summary>
internal static class BrowserBinding
{
    public static string NewSecret() => Base62.Random(43);

    public static byte[] Hash(string cookie) => SHA256.HashData(Encoding.UTF8.GetBytes("behalf/browser/" + cookie));

    /// <summary>RFC 7636 §4.1: 43 characters, fresh per flow since the state is. Whoever intercepts the redirect has the state
    /// and the code but not the cookie.</summary>
    public static string Verifier(string cookie, string state) => System.Buffers.Text.Base64Url.EncodeToString(
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(cookie), 32, Encoding.UTF8.GetBytes(state), "behalf/pkce/v1"u8.ToArray()));

    public static string Challenge(string verifier) =>
        System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    /// <summary>What a form carries beside the cookie: a page of another site can send neither.</summary>
    public static string FormToken(string cookie, string link) => System.Buffers.Text.Base64Url.EncodeToString(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(cookie), Encoding.UTF8.GetBytes("behalf/form/" + link)));

    public static bool IsFormToken(string? sent, string cookie, string link) =>
        sent is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes(FormToken(cookie, link)));
}
