using System.IO.Pipelines;
using Behalf.Audit;
using Behalf.Audit.Calls;
using Behalf.Audit.Chain;
using Behalf.Audit.Export;
using Behalf.Audit.Sealing;
using Behalf.Keys.Local;
using Behalf.Storage;
using Behalf.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Behalf.Tests.Audit;

/// <summary>The audit room on a database of a test's own, and the hands of somebody who can write that database.</summary>
internal sealed class TrailFixture : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TestDatabase _test;
    private readonly string _folder;
    private readonly List<IAsyncDisposable> _others = [];

    private TrailFixture(TestDatabase test, string folder, SwitchableKeys provider)
    {
        (_test, _folder, Provider) = (test, folder, provider);
        Keys = NewKeys(Database);
        Events = NewEventSealer(Database, Keys);
    }

    public IDatabase Database => _test.Database;

    public string Address => _test.Address;

    public Id<IdKinds.Project> Project { get; } = Id<IdKinds.Project>.New();

    public SwitchableKeys Provider { get; }

    public CheckpointKeys Keys { get; }

    public EventSealer Events { get; }

    private bool IsPostgres => Database.Engine == Engine.Postgres;

    public static async Task<TrailFixture> CreateAsync(string engine)
    {
        var folder = Directory.CreateTempSubdirectory("behalf-audit-").FullName;
        var file = new KeyFile(Path.Combine(folder, "keys.json"), TimeProvider.System);
        await file.PrepareAsync(None);
        var test = await TestDatabase.CreateAsync(engine);
        await Deployment.EnsureAsync(test.Database, None);
        return new TrailFixture(test, folder, new SwitchableKeys(file));
    }

    public CheckpointKeys NewKeys(IDatabase database) => new(database, Provider, NullLogger<CheckpointKeys>.Instance);

    public EventSealer NewEventSealer(IDatabase database, CheckpointKeys keys) =>
        new(database, keys, TimeProvider.System, NullLogger<EventSealer>.Instance);

    public Sealer NewSealer(IDatabase? database = null)
    {
        database ??= Database;
        return new Sealer(database, NewEventSealer(database, NewKeys(database)), TimeProvider.System, NullLogger<Sealer>.Instance);
    }

    /// <summary>Another node's view of the same database.</summary>
    public IDatabase NewNode()
    {
        var node = new Behalf.Storage.Postgres.PostgresDatabase(Address);
        _others.Add(node);
        return node;
    }

    public Task<Id<IdKinds.Event>> AppendAsync(AuditEvent? happened = null) => Database.WriteAsync(
        RowScope.System, session => session.AppendAsync(happened ?? Sample()), None);

    /// <summary>An event with every field filled.</summary>
    public AuditEvent Sample(Id<IdKinds.Project>? project = null) => new()
    {
        ProjectId = project ?? Project,
        Action = AuditActions.ToolExecuted,
        ActorKind = "user_key",
        ActorId = Id<IdKinds.ApiKey>.New().ToString(),
        Agent = "support agent – ünïcødé",
        UserId = "alice",
        AuthConfigId = Id<IdKinds.AuthConfig>.New(),
        AccountId = Id<IdKinds.Account>.New(),
        Toolkit = "github",
        Tool = "GITHUB_CREATE_ISSUE",
        SessionId = "trs_1",
        RequestId = "req_1",
        Status = 201,
        DurationMs = 120,
        Detail = """{"attempt":1}""",
    };

    /// <summary>Batches of events, each sealed before the next: <c>(3, 2)</c> gives checkpoints at 3 and 5.</summary>
    public async Task SealedAsync(params int[] batches)
    {
        foreach (var size in batches)
        {
            for (var i = 0; i < size; i++)
            {
                await AppendAsync();
            }

            Assert.Equal(size, await Events.SealBatchAsync(None));
        }
    }

    public Task<TrailVerification> VerifyAsync(KnownHead? known = null, Id<IdKinds.Project>? project = null) =>
        new VerifyAuditTrail(Database, Keys).RunAsync(project ?? Project, known, None);

    public async Task<MemoryStream> ExportAsync(long? from = null, long? to = null, Id<IdKinds.Project>? project = null)
    {
        var export = new ExportAuditTrail(Database, Keys);
        var stream = new MemoryStream();
        var pipe = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        await export.WriteAsync(project ?? Project, from, to, await export.TrustedAsync(None), pipe, None);
        await pipe.CompleteAsync();
        stream.Position = 0;
        return stream;
    }

    public async Task<TrailVerification> VerifyOfflineAsync(MemoryStream export, KnownHead? known = null)
    {
        export.Position = 0;
        return await AuditFile.VerifyAsync(export, await Keys.TrustedAsync(None), known, None);
    }

    /// <summary>Statements by somebody who is not the server: the database's superuser, or another process at the file.</summary>
    public async Task TamperAsync(params string[] statements)
    {
        foreach (var sql in statements)
        {
            if (IsPostgres)
            {
                await PostgresCluster.ExecuteAsSuperuserAsync(Address, sql);
                continue;
            }

            await using var connection = new SqliteConnection($"Data Source={Address};Pooling=false");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync();
        }
    }

    public string Literal(byte[] bytes) => IsPostgres ? $"'\\x{Convert.ToHexString(bytes)}'::bytea" : $"x'{Convert.ToHexString(bytes)}'";

    public Task<IReadOnlyList<EventRow>> ChainAsync() => Database.QueryAsync<EventRow>(
        RowScope.System,
        $"select {EventRow.Columns}, seq, hash from audit_event where project_id = @Project and seq is not null order by seq",
        new { Project },
        None);

    /// <summary>By a clock that stands still, so that a slow machine is not taken for a stuck database.</summary>
    public async Task<CallRecorder> StartRecorderAsync(int capacity = 8192, TimeProvider? clock = null)
    {
        var recorder = new CallRecorder(Database, clock ?? new ManualTime(), NullLogger<CallRecorder>.Instance)
        {
            Capacity = capacity,
        };
        await recorder.StartAsync(None);
        return recorder;
    }

    public Task<int> CountAsync() =>
        Database.FindAsync<int>(RowScope.System, "select count(*) from audit_event", null, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        foreach (var other in _others)
        {
            await other.DisposeAsync();
        }

        Keys.Dispose();
        await _test.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
