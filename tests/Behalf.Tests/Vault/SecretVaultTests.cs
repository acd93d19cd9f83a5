using System.Text;
using System.Text.Json.Nodes;
using Behalf.Audit;
using Behalf.Storage;
using Behalf.Tests.Support;
using Behalf.Vault;

namespace Behalf.Tests.Vault;

public sealed class SecretVaultTests
{
    [Theory, OnBothEngines]
    public async Task What_was_stored_opens_again(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var alice = await rig.PutNewAsync("alice's token");
        var bob = await rig.PutNewAsync("bob's token");
        Assert.Equal("alice's token", await rig.OpenAsync(alice));
        Assert.Equal("bob's token", await rig.OpenAsync(bob));
    }

    [Theory, OnBothEngines]
    public async Task The_secret_comes_with_the_row_of_the_callers_own_query(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var place = await rig.PutNewAsync("a token");
        var row = await rig.Database.FindAsync<SecretRow>(
            RowScope.Of(rig.Project),
            $"""
            select {SecretRow.Columns}
            from (select cast(@Project as {(engine == "postgres" ? "bytea" : "blob")}) as project_id, @Id as account_id) a
            {SecretRow.Join("a.project_id", "a.account_id", SecretKind.Credential)}
            """,
            new { place.Owner.Project, place.Owner.Id },
            VaultRig.Ct);
        using var secret = await rig.Vault.OpenAsync(place, row!, rig.Use, VaultRig.Ct);
        Assert.Equal("a token", Encoding.UTF8.GetString(secret.Span));
    }

    [Theory, OnBothEngines]
    public async Task Nothing_of_a_secret_is_in_the_database(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var place = rig.NewPlace();
        var plaintext = VaultRig.Secret();
        await rig.PutAsync(place, plaintext);
        var row = await rig.RowAsync(place);
        Assert.Equal(-1, row.Ciphertext.AsSpan().IndexOf(plaintext.AsSpan(0, 8)));
        Assert.StartsWith("BHF1\u0001\u0001", Encoding.Latin1.GetString(row.Ciphertext), StringComparison.Ordinal);
        Assert.StartsWith("BHF1\u0001\u0002", Encoding.Latin1.GetString(row.WrappedDataKey), StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task A_row_copied_onto_another_account_does_not_open_and_the_trail_knows(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var (alice, mallory) = (await rig.PutNewAsync("alice's token"), await rig.PutNewAsync("mallory's token"));
        const string CopySecret =
            "update secret set ciphertext = (select ciphertext from secret where owner_id = @from) where owner_id = @to";
        const string CopyKey =
            "update data_key set wrapped = (select wrapped from data_key where owner_id = @from) where owner_id = @to";
        var ids = new { from = alice.Owner.Id, to = mallory.Owner.Id };

        await rig.TamperAsync(CopySecret, ids);
        await rig.RefusesAsync(Refusal.CredentialIntegrity, mallory);
        await rig.TamperAsync(CopyKey, ids);
        await rig.RefusesAsync(Refusal.CredentialIntegrity, mallory);

        var events = await rig.EventsAsync(AuditActions.CredentialIntegrityFailure);
        Assert.Equal(["failed", "failed"], events.Select(e => e.Outcome));
        Assert.Equal(
            """{"kind":"credential","version":1,"fault":"key","during":"tool.executed"}""", events[0].Detail);
        Assert.Equal("alice's token", await rig.OpenAsync(alice));
    }

    [Theory, OnBothEngines]
    public async Task An_older_version_does_not_open(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var first = await rig.PutNewAsync("the first token");
        var old = await rig.RowAsync(first);
        var second = first with { Version = 2 };
        await rig.PutAsync(second, "the second token"u8.ToArray());

        await rig.TamperAsync(
            "update secret set ciphertext = @Ciphertext, version = 1 where owner_id = @Id", new { old.Ciphertext, first.Owner.Id });

        await rig.RefusesAsync(Refusal.CredentialIntegrity, second);
        Assert.Contains("\"fault\":\"content\"", (await rig.EventsAsync(AuditActions.CredentialIntegrityFailure))[0].Detail, StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task One_flipped_bit_does_not_open_and_mended_it_does(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var place = await rig.PutNewAsync("a token");
        var row = await rig.RowAsync(place);
        foreach (var (table, column, bytes) in new[] { ("secret", "ciphertext", row.Ciphertext), ("data_key", "wrapped", row.WrappedDataKey) })
        {
            foreach (var position in new[] { 0, 5, 7, 9, 12, 30, bytes.Length - 20, bytes.Length - 1 })
            {
                await SetAsync(position, 4);
                await rig.RefusesAsync(Refusal.CredentialIntegrity, place);
                await SetAsync(position, 0);
            }

            Task SetAsync(int position, byte flip)
            {
                var altered = (byte[])bytes.Clone();
                altered[position] ^= flip;
                return rig.TamperAsync($"update {table} set {column} = @altered where owner_id = @Id", new { altered, place.Owner.Id });
            }
        }

        Assert.Equal("a token", await rig.OpenAsync(place));
        Assert.Equal(16, (await rig.EventsAsync(AuditActions.CredentialIntegrityFailure)).Count);
    }

    [Theory, OnBothEngines]
    public async Task Another_projects_key_opens_nothing(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var place = await rig.PutNewAsync("a token");
        var other = await rig.NewProjectAsync();
        await rig.TamperAsync(
            "update project_key set wrapped = (select wrapped from project_key where project_id = @other) where project_id = @Project",
            new { other, rig.Project });
        await using var node = rig.AnotherNode();
        await node.RefusesAsync(Refusal.CredentialIntegrity, place);
        foreach (var next in new[] { place with { Version = 2 }, rig.NewPlace() })
        {
            var problem = await Assert.ThrowsAsync<Problem>(() => node.Vault.SealAsync(next, VaultRig.Secret(), VaultRig.Ct));
            Assert.Equal(Refusal.CredentialIntegrity, problem.Refusal);
        }

        Assert.Equal(3, (await rig.EventsAsync(AuditActions.CredentialIntegrityFailure)).Count);
    }

    [Theory, OnBothEngines]
    public async Task A_refusal_and_its_log_line_say_nothing_of_the_secret(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var place = await rig.PutNewAsync("hunter2-hunter2");
        var problem = await Assert.ThrowsAsync<Problem>(() => rig.OpenAsync(place with { Version = 2 }));
        Assert.Equal("credential_integrity", problem.Refusal.Slug);
        var line = Assert.Single(rig.Log.Lines);
        Assert.Contains($"A stored Credential of {place.Owner.Id}", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", line + problem, StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task Storing_tells_the_trail_version_and_hash_beside_what_the_caller_tells(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var secret = await rig.Vault.SealAsync(rig.NewPlace(3), VaultRig.Secret(), VaultRig.Ct);
        await rig.Database.WriteAsync(
            RowScope.Of(rig.Project),
            session => SecretVault.StoreAsync(session, secret, rig.Because with { Detail = """{"scopes":"repo"}""" }),
            VaultRig.Ct);
        var told = Assert.Single(await rig.EventsAsync(AuditActions.AccountConnected));
        var expected = new JsonObject
        {
            ["scopes"] = "repo",
            ["secret"] = new JsonObject { ["kind"] = "credential", ["version"] = 3, ["sha256"] = secret.Fingerprint },
        };
        Assert.Equal(expected.ToJsonString(), told.Detail);
    }

    [Theory, OnBothEngines]
    public async Task No_trail_no_secret_and_no_plaintext(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine, alone: true);
        var secret = await rig.Vault.SealAsync(rig.NewPlace(), VaultRig.Secret(), VaultRig.Ct);
        await rig.TamperAsync("alter table audit_event rename to audit_gone", new { });
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => rig.StoreAsync(secret));
        await Assert.ThrowsAsync<InvalidOperationException>(() => rig.RowAsync(secret.Place));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Use.RecordAsync(rig.Database, rig.Because, VaultRig.Ct));
    }

    [Theory, OnBothEngines]
    public async Task An_older_writing_never_replaces_a_newer_one(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var place = await rig.PutNewAsync("first");
        var second = await rig.Vault.SealAsync(place with { Version = 2 }, "second"u8.ToArray(), VaultRig.Ct);
        var third = await rig.Vault.SealAsync(place with { Version = 3 }, "third"u8.ToArray(), VaultRig.Ct);
        await rig.StoreAsync(third);
        var problem = await Assert.ThrowsAsync<Problem>(() => rig.StoreAsync(second));
        Assert.Equal(Refusal.Conflict, problem.Refusal);
        Assert.Equal("third", await rig.OpenAsync(third.Place));
    }

    [Theory, OnBothEngines]
    public async Task Of_two_first_writings_at_once_one_stands_and_opens(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var place = rig.NewPlace();
        var one = await rig.Vault.SealAsync(place, "one"u8.ToArray(), VaultRig.Ct);
        var two = await rig.Vault.SealAsync(place with { Version = 2 }, "two"u8.ToArray(), VaultRig.Ct);
        await rig.StoreAsync(one);
        await Assert.ThrowsAsync<Problem>(() => rig.StoreAsync(two));
        Assert.Equal("one", await rig.OpenAsync(place));
    }

    [Theory, OnBothEngines]
    public async Task A_token_is_sealed_again_without_the_database(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine, alone: true);
        var place = await rig.PutNewAsync("first");
        var row = await rig.RowAsync(place);
        await rig.OpenAsync(place);
        await rig.TamperAsync("alter table data_key rename to data_key_away", new { });
        var next = await rig.Vault.SealAsync(place with { Version = 2 }, row, "second"u8.ToArray(), VaultRig.Ct);
        await rig.TamperAsync("alter table data_key_away rename to data_key", new { });
        Assert.Null(next.NewDataKey);
        await rig.StoreAsync(next);
        Assert.Equal("second", await rig.OpenAsync(next.Place));
    }

    [Theory, OnBothEngines]
    public async Task Sealing_afresh_shreds_what_was_before(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var place = await rig.PutNewAsync("the old consent");
        var before = await rig.RowAsync(place);
        var fresh = await rig.Vault.SealAfreshAsync(place with { Version = 2 }, "the new consent"u8.ToArray(), VaultRig.Ct);
        Assert.Equal("the old consent", await rig.OpenAsync(place));
        await rig.StoreAsync(fresh);
        Assert.Equal("the new consent", await rig.OpenAsync(fresh.Place));
        var versions = await rig.Database.QueryAsync<short>(
            RowScope.Of(rig.Project), "select version from data_key where owner_id = @Id", new { place.Owner.Id }, VaultRig.Ct);
        Assert.Equal([2], versions);
        Assert.NotEqual(before.WrappedDataKey, (await rig.RowAsync(fresh.Place)).WrappedDataKey);
    }

    [Theory, OnBothEngines]
    public async Task A_former_data_key_stays_while_another_secret_needs_it(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var credential = await rig.PutNewAsync("a token");
        var verifier = credential with { Kind = SecretKind.Flow };
        await rig.PutAsync(verifier, "a verifier"u8.ToArray());
        await rig.StoreAsync(await rig.Vault.SealAfreshAsync(credential with { Version = 2 }, "new"u8.ToArray(), VaultRig.Ct));
        Assert.Equal("a verifier", await rig.OpenAsync(verifier));
        Assert.Equal("new", await rig.OpenAsync(credential with { Version = 2 }));
    }

    [Theory, OnBothEngines]
    public async Task A_destroyed_owner_takes_nothing_more_and_harms_no_other(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var (alice, bob) = (await rig.PutNewAsync("alice's token"), await rig.PutNewAsync("bob's token"));
        var refreshed = await rig.Vault.SealAsync(alice with { Version = 2 }, "a refreshed token"u8.ToArray(), VaultRig.Ct);

        await rig.Database.WriteAsync(
            RowScope.Of(rig.Project), session => session.DestroySecretsAsync(rig.Project, alice.Owner.Id), VaultRig.Ct);

        await Assert.ThrowsAsync<Problem>(() => rig.StoreAsync(refreshed));
        await Assert.ThrowsAsync<InvalidOperationException>(() => rig.RowAsync(alice));
        Assert.Equal("bob's token", await rig.OpenAsync(bob));
    }

    [Theory, OnBothEngines]
    public async Task A_destroyed_project_leaves_no_row(string engine)
    {
        await using var rig = await VaultRig.CreateAsync(engine);
        var place = await rig.PutNewAsync("a token");
        await rig.Database.WriteAsync(RowScope.Of(rig.Project), session => session.DestroyAllSecretsAsync(rig.Project, []), VaultRig.Ct);
        foreach (var table in new[] { "project_key", "data_key", "secret" })
        {
            Assert.Equal(0, await rig.Database.FindAsync<long>(
                RowScope.System, $"select count(*) from {table} where project_id = @Project", new { rig.Project }, VaultRig.Ct));
        }

        var problem = await Assert.ThrowsAsync<Problem>(() => rig.Vault.SealAsync(place, VaultRig.Secret(), VaultRig.Ct));
        Assert.Equal(Refusal.NotFound, problem.Refusal);
    }
}
