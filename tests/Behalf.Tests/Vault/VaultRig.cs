using System.Security.Cryptography;
using Behalf.Audit;
using Behalf.Keys;
using Behalf.Keys.Local;
using Behalf.Storage;
using Behalf.Tests.Support;
using Behalf.Vault;
using Microsoft.Extensions.Logging;

namespace Behalf.Tests.Vault;

/// <summary>A vault on a database and a key file of its own, with one project. A second node is another rig on the same two.</summary>
internal sealed class VaultRig : IAsyncDisposable
{
    private readonly TestDatabase _test;
    private readonly DirectoryInfo _folder;
    private readonly bool _ownsDatabase;
    private readonly bool _ownsFolder;

    private VaultRig(
        TestDatabase test, bool ownsDatabase, DirectoryInfo folder, bool ownsFolder, ProjectKeyLimits limits, TestClock clock)
    {
        (_test, _ownsDatabase, _folder, _ownsFolder, Clock) = (test, ownsDatabase, folder, ownsFolder, clock);
        var log = LoggerFactory.Create(logging => logging.AddProvider(Log));
        KeyFile = new KeyFile(Path.Combine(folder.FullName, "keys.json"), clock);
        Provider = new KeysUnderTest(KeyFile);
        Deployment = new ThisDeployment(Database);
        ProjectKeys = new ProjectKeys(Database, Deployment, Provider, limits, clock, log.CreateLogger<ProjectKeys>());
        DataKeys = new DataKeys(Deployment, ProjectKeys);
        Vault = new SecretVault(Database, Deployment, DataKeys, log.CreateLogger<SecretVault>());
        Generations = new ProjectKeyGenerations(
            Database, Deployment, Provider, ProjectKeys, new BackupRetention(TimeSpan.Zero), log.CreateLogger<ProjectKeyGenerations>());
        RewrapDataKeys = new RewrapDataKeys(Database, DataKeys, log.CreateLogger<RewrapDataKeys>());
        RewrapProjectKeys = new RewrapProjectKeys(Database, Deployment, Provider, log.CreateLogger<RewrapProjectKeys>());
    }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public IDatabase Database => _test.Database;

    public string Address => _test.Address;

    public TestClock Clock { get; }

    public CapturedLog Log { get; } = new();

    public KeyFile KeyFile { get; }

    public KeysUnderTest Provider { get; }

    public ThisDeployment Deployment { get; }

    public ProjectKeys ProjectKeys { get; }

    public DataKeys DataKeys { get; }

    public SecretVault Vault { get; }

    public ProjectKeyGenerations Generations { get; }

    public RewrapDataKeys RewrapDataKeys { get; }

    public RewrapProjectKeys RewrapProjectKeys { get; }

    public Id<IdKinds.Project> Project { get; private set; }

    /// <param name="engine">Which database.</param>
    /// <param name="alone">For tests that change the schema, or look at all projects.</param>
    /// <param name="limits">Of the cache of project keys.</param>
    public static async Task<VaultRig> CreateAsync(string engine, bool alone = false, ProjectKeyLimits? limits = null)
    {
        var shared = engine == "postgres" && !alone;
        var test = shared ? await TestDatabase.SharedPostgresAsync() : await TestDatabase.CreateAsync(engine);

        // The vault's clock alone is moved: behalf_now stays the database's.
        var rig = new VaultRig(
            test, !shared, Directory.CreateTempSubdirectory("vault-"), true, limits ?? new ProjectKeyLimits(), new TestClock(""));
        await rig.KeyFile.PrepareAsync(Ct);
        rig.Project = await rig.NewProjectAsync();
        return rig;
    }

    public VaultRig AnotherNode() =>
        new(_test, false, _folder, false, new ProjectKeyLimits(), Clock) { Project = Project };

    public async Task<Id<IdKinds.Project>> NewProjectAsync()
    {
        var project = Id<IdKinds.Project>.New();
        var key = await Generations.NewAsync(project, 1, Ct);
        Assert.True(await Database.WriteAsync(RowScope.Of(project), session => session.AddProjectKeyAsync(key), Ct));
        return project;
    }

    public SecretPlace NewPlace(long version = 1) => new()
    {
        Owner = new SecretOwner
        {
            Project = Project,
            Id = Id<IdKinds.SecretOwner>.New(),
            User = Id<IdKinds.User>.New(),
            Toolkit = "github",
        },
        Kind = SecretKind.Credential,
        Version = version,
    };

    public async Task<SealedSecret> PutAsync(SecretPlace place, byte[] plaintext)
    {
        var secret = await Vault.SealAsync(place, plaintext, Ct);
        await StoreAsync(secret);
        return secret;
    }

    public Task StoreAsync(SealedSecret secret) => Database.WriteAsync(
        RowScope.Of(secret.Place.Owner.Project), session => SecretVault.StoreAsync(session, secret, Because), Ct);

    public async Task<SecretPlace> PutNewAsync(string plaintext)
    {
        var place = NewPlace();
        await PutAsync(place, System.Text.Encoding.UTF8.GetBytes(plaintext));
        return place;
    }

    public async Task<string> OpenAsync(SecretPlace place)
    {
        using var secret = await Vault.OpenAsync(place, await RowAsync(place), Use, Ct);
        return System.Text.Encoding.UTF8.GetString(secret.Span);
    }

    public async Task<SecretRow> RowAsync(SecretPlace place) =>
        await Database.FindSecretAsync(place.Owner.Project, place.Owner.Id, place.Kind, Ct)
        ?? throw new InvalidOperationException("There is no such secret.");

    public async Task RefusesAsync(Refusal refusal, SecretPlace place)
    {
        var problem = await Assert.ThrowsAsync<Problem>(() => OpenAsync(place));
        Assert.Equal(refusal, problem.Refusal);
    }

    /// <summary>What somebody with the database's password would do.</summary>
    public Task<int> TamperAsync(string sql, object args) =>
        Database.WriteAsync(RowScope.System, session => session.ExecuteAsync(sql, args), Ct);

    public Task<IReadOnlyList<AuditedEvent>> EventsAsync(string action) => Database.QueryAsync<AuditedEvent>(
        RowScope.Of(Project),
        "select outcome, account_id, detail from audit_event where project_id = @Project and action = @action order by event_id",
        new { Project, action },
        Ct);

    public Use Use => Use.ToldWithItsEffect(Because with { Action = AuditActions.ToolExecuted });

    public AuditEvent Because => AuditEvent.BySystem(Project, AuditActions.AccountConnected);

    public static byte[] Secret() => RandomNumberGenerator.GetBytes(200);

    public async ValueTask DisposeAsync()
    {
        ProjectKeys.Dispose();
        if (_ownsDatabase)
        {
            await _test.DisposeAsync();
        }

        if (_ownsFolder)
        {
            _folder.Delete(recursive: true);
        }
    }
}

internal sealed record AuditedEvent
{
    public required string Outcome { get; init; }

    public required Id<IdKinds.Account>? AccountId { get; init; }

    public required string? Detail { get; init; }
}

/// <summary>The key file, counted, and broken at will.</summary>
internal sealed class KeysUnderTest(KeyFile file) : IKeyProvider
{
    private int _unwraps;

    public string Scheme => file.Scheme;

    public int Unwraps => _unwraps;

    public KeyFault? Fault { get; set; }

    /// <summary>Unwrapping waits for this.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, KeyContext context, CancellationToken ct)
    {
        ThrowIfBroken();
        return file.WrapAsync(key, context, ct);
    }

    public async ValueTask<SecretBuffer> UnwrapAsync(WrappedKey wrapped, KeyContext context, CancellationToken ct)
    {
        Interlocked.Increment(ref _unwraps);
        await Gate;
        ThrowIfBroken();
        return await file.UnwrapAsync(wrapped, context, ct);
    }

    public async ValueTask<KeyProviderHealth> ProbeAsync(CancellationToken ct) =>
        Fault is { } fault ? new KeyProviderHealth { Fault = fault } : await file.ProbeAsync(ct);

    private void ThrowIfBroken()
    {
        if (Fault is { } fault)
        {
            throw new KeyProviderException(fault, "broken by the test");
        }
    }
}
