using Behalf.Accounts;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;

namespace Behalf.Broker.Calls;

/// <summary>Which account a call runs with. The user comes from the key where the key has one; an id from the request is
/// checked against it, and both must match when both are given.</summary>
internal sealed class ChooseAccount(IDatabase database, FixingLinks links, ProjectKeys keys)
{
    /// <summary>Null for an open API that needs no account: a sealed server calls none of these either.</summary>
    public async Task<CallAccount?> RunAsync(Caller caller, string? accountId, string? user, string? alias, Toolkit toolkit, CancellationToken ct)
    {
        using var span = Telemetry.Span("account.lookup");
        keys.ThrowIfSealed();
        if (caller.BoundUser is { } bound && user is not null && user != bound)
        {
            throw new Problem(Refusal.ForeignUser);
        }

        user = caller.BoundUser ?? WireText.Optional(user, "user_id", WireText.MostOfUserId);
        if (accountId is { Length: > 0 })
        {
            return await ByIdAsync(caller, accountId, user, toolkit, ct);
        }

        if (user is null)
        {
            return IsOpen(toolkit)
                ? null
                : throw new Problem(Refusal.InvalidRequest, "Say for whom: user_id or connected_account_id is missing.");
        }

        var account = await database.FindCallAccountAsync(caller.Project, user, toolkit.Slug, WireText.Optional(alias, "alias", 100), ct);
        if (account is not null)
        {
            return Usable(account) ? account : throw await links.ForAccountAsync(caller, account, toolkit, ct);
        }

        return IsOpen(toolkit) && alias is null ? null : throw await links.ForUserAsync(caller, user, alias, toolkit, ct);
    }

    private async Task<CallAccount> ByIdAsync(Caller caller, string accountId, string? user, Toolkit toolkit, CancellationToken ct)
    {
        var account = Id<IdKinds.Account>.TryParse(accountId, out var id)
            ? await database.FindCallAccountAsync(caller.Project, id, ct)
            : null;
        if (caller.BoundUser is { } bound && account?.ExternalUser != bound)
        {
            throw new Problem(Refusal.ForeignUser);
        }

        if (account is null)
        {
            throw new Problem(Refusal.NotFound, "There is no such connected account in this project.");
        }

        if (user is not null && account.ExternalUser != user)
        {
            throw new Problem(Refusal.AccountOfOtherUser);
        }

        if (account.Toolkit != toolkit.Slug)
        {
            throw new Problem(Refusal.AccountOfOtherToolkit, $"The account is one of {account.Toolkit}, the call is for {toolkit.Slug}.");
        }

        return Usable(account) ? account : throw await links.ForAccountAsync(caller, account, toolkit, ct);
    }

    private static bool Usable(CallAccount account) => account.Status == AccountStatus.Active && account.ConfigEnabled;

    private static bool IsOpen(Toolkit toolkit) => toolkit.Auth.All(scheme => scheme is NoAuthScheme);
}
