using Behalf.Accounts;
using Behalf.Audit;
using Behalf.Tests.Support;
using Behalf.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Peers;

/// <summary>What the vault holds for an account: whoever plays the provider's side of a story, or a thief, needs the tokens
/// themselves.</summary>
internal static class StoredCredential
{
    /// <param name="server">Whose vault.</param>
    /// <param name="holder">A client with a key of the project.</param>
    /// <param name="account">Its id on the wire.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<Credential> OfAsync(TestServer server, TestClient holder, string account, CancellationToken ct)
    {
        var project = (await holder.GetAsync("/api/v3.1/project")).Expect(200).Json.GetProperty("id").GetString();
        Assert.True(Id<IdKinds.Project>.TryParse(project, out var projectId));
        Assert.True(Id<IdKinds.Account>.TryParse(account, out var accountId));

        var row = await server.Database.FindCallAccountAsync(projectId, accountId, ct);
        var use = Use.ToldWithItsEffect(AuditEvent.BySystem(projectId, AuditActions.AccountTested));
        var vault = server.Services.GetRequiredService<SecretVault>();
        using var opened = await vault.OpenAsync(row!.SecretPlace(row.CredVersion), row.Secret!, use, ct);
        return Credential.Parse(opened.Span);
    }
}
