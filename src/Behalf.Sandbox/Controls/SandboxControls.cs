using Behalf.Sandbox.Api;
using Behalf.Sandbox.Faults;
using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Ledger;
using Behalf.Sandbox.Provider;
using Behalf.Sandbox.SignIn;

namespace Behalf.Sandbox.Controls;

/// <summary>What can be done to the provider from outside of its protocols.</summary>
internal sealed class SandboxControls(
    TokenBook tokens, AuthorizationCodes codes, Consents consents, Browsers browsers, UserDirectory users,
    Mailboxes mailboxes, ChatRooms rooms, IssueTracker tracker, SandboxLedger ledger, FaultBook faults,
    ModeSwitch modes, SandboxOptions options)
{
    /// <summary>As if the user had removed the app at the provider; without an app, all apps and own keys.</summary>
    public void RevokeUser(string userId, string? clientId)
    {
        tokens.RevokeGrant(userId, clientId);
        consents.Forget(userId, clientId);
        if (clientId is null)
        {
            users.RevokeSecrets(userId);
        }
    }

    public void ExpireAccess(string userId) => tokens.ExpireAccess(userId);

    /// <summary>As at the start, but for the apps, users and keys that were registered.</summary>
    public void Reset()
    {
        tokens.Clear();
        codes.Clear();
        consents.Clear();
        browsers.Clear();
        mailboxes.Reset();
        rooms.Reset();
        tracker.Reset();
        faults.Clear();
        modes.Current = options.Modes;
        ledger.Clear();
    }
}
