using System.Text.Json;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;

namespace Behalf.Accounts;

/// <summary>The part of <c>PATCH /connected_accounts/{id}</c> that puts another key in place of the one an account has.</summary>
internal sealed class ReplaceCredential(IDatabase database, ToolCatalog catalog, PostedCredentials posted)
{
    public async Task RunAsync(Caller caller, AccountRow row, StateRequest state, CancellationToken ct)
    {
        var found = await database.FindAuthConfigAsync(row.ProjectId, row.AuthConfigId, ct) ?? throw new Problem(Refusal.NotFound);
        var config = catalog.Resolve(found) ?? throw new Problem(Refusal.NotFound);
        if (config.Scheme.AskedFields is [] || !row.Scheme.Equals(state.AuthScheme ?? row.Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new Problem(
                Refusal.SchemeNotOffered,
                config.Scheme.AskedFields is []
                    ? $"The credential of an account that is connected by {row.Scheme} comes from its provider alone."
                    : $"The account is connected by {row.Scheme}.",
                "Let the user connect again with POST /connected_accounts/{id}/refresh.");
        }

        PostedCredentials.Changeable(row);
        var typed = PostedCredentials.Read(config, state.Val);
        if (typed.Count == 0)
        {
            throw new Problem(
                Refusal.InvalidRequest,
                $"connection.state.val holds none of {string.Join(", ", config.Scheme.AskedFields.Select(field => field.Name))}.");
        }

        var known = JsonSerializer.Deserialize(row.Params, ConnectJson.Default.DictionaryStringString) ?? [];
        var won = await posted.TryAsync(config, known, typed, ct);
        await posted.StoreAsync(row.ProjectId, row.AccountId, config, won, AuditEvent.By(caller, AuditActions.AccountUpdated) with
        {
            UserId = row.ExternalUser,
            AccountId = row.AccountId,
            Toolkit = row.Toolkit,
            Detail = "{\"credential\":\"replaced\"}",
        });
    }
}
