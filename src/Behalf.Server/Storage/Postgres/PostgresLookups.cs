using System.Data.Common;
using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;

namespace Behalf.Storage.Postgres;

/// <summary>Look-ups that wait at the same time travel in one message. Under load a round trip then serves dozens of calls;
/// alone a look-up travels as before. Each has its own scope set in front of it, and nothing else's.</summary>
internal sealed class PostgresLookups : IAsyncDisposable
{
    private const int Workers = 4;
    private const int MostAtOnce = 64;
    private const string Scope = "select set_config('app.project', $1, true), set_config('app.system', $2, true)";

    // More than all requests that are let in at once have on the way: only a database that stands still fills it.
    private const int MostWaiting = 16 * 1024;

    private readonly Channel<Lookup> _waiting = Channel.CreateBounded<Lookup>(MostWaiting);
    private readonly NpgsqlDataSource _source;
    private readonly Task[] _workers;

    public PostgresLookups(NpgsqlDataSource source)
    {
        _source = source;
        _workers = [.. Enumerable.Range(0, Workers).Select(_ => Task.Run(WorkAsync))];
    }

    public int Waiting => _waiting.Reader.Count;

    /// <summary>The first row, or null. Null instead of a task where the statement cannot travel with others.</summary>
    public Task<T?>? TryFindAsync<T>(RowScope scope, string sql, object? args, CancellationToken ct)
    {
        if (!RowParsers<T>.IsRecord || StatementArguments.Of(sql, args) is not { } arguments || !arguments.Parameters.All(p => TypeOf(p.Type) is not null))
        {
            return null;
        }

        var lookup = new Lookup<T>(scope, sql, arguments, args, ct);
        return _waiting.Writer.TryWrite(lookup) ? lookup.Task : throw new Problem(Refusal.Overloaded) { RetryAfterSeconds = 1 };
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await Task.WhenAll(_workers);
    }

    private async Task WorkAsync()
    {
        var batch = new List<Lookup>(MostAtOnce);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MostAtOnce && _waiting.Reader.TryRead(out var lookup))
            {
                if (!lookup.Ct.IsCancellationRequested)
                {
                    batch.Add(lookup);
                }
                else
                {
                    lookup.Fail(new OperationCanceledException(lookup.Ct));
                }
            }

            if (batch.Count > 0)
            {
                await RunAsync(batch);
            }
        }
    }

    private async Task RunAsync(List<Lookup> batch)
    {
        try
        {
            await TogetherAsync(batch);
        }
        catch (Exception e) when (batch.Count > 1 && !PostgresFailures.IsPassing(e))
        {
            // One of them is at fault: it must not take the others along.
            foreach (var lookup in batch.Where(lookup => !lookup.IsDone))
            {
                await RunAsync([lookup]);
            }
        }
        catch (Exception e)
        {
            var failure = PostgresFailures.IsPassing(e) ? PostgresFailures.ComeBackLater() : e;
            foreach (var lookup in batch)
            {
                lookup.Fail(failure);
            }
        }
    }

    private async Task TogetherAsync(List<Lookup> batch)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var together = new NpgsqlBatch(connection);
        RowScope? last = null;
        foreach (var lookup in batch)
        {
            // The settings last as long as the message: a scope that is not set again would be the one before.
            var scoped = lookup.Scope != last;
            if (scoped)
            {
                together.BatchCommands.Add(ScopeCommand(lookup.Scope));
                last = lookup.Scope;
            }

            lookup.SkipsScope = scoped;
            together.BatchCommands.Add(lookup.Command());
        }

        await using var reader = await together.ExecuteReaderAsync();
        foreach (var lookup in batch)
        {
            if (lookup.SkipsScope)
            {
                await reader.NextResultAsync();
            }

            await lookup.ReadAsync(reader);
            await reader.NextResultAsync();
        }

        foreach (var lookup in batch)
        {
            lookup.Complete();
        }
    }

    private static NpgsqlBatchCommand ScopeCommand(RowScope scope) => new(Scope)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = scope.Project is { } project ? Convert.ToHexStringLower(project.ToBytes()) : "" },
            new NpgsqlParameter<string> { TypedValue = scope.Project is null ? "on" : "" },
        },
    };

    private static NpgsqlDbType? TypeOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.String => NpgsqlDbType.Text,
        TypeCode.Int64 => NpgsqlDbType.Bigint,
        TypeCode.Int32 => NpgsqlDbType.Integer,
        TypeCode.Int16 => NpgsqlDbType.Smallint,
        TypeCode.Boolean => NpgsqlDbType.Boolean,
        _ => type == typeof(byte[]) ? NpgsqlDbType.Bytea : null,
    };

    private abstract class Lookup(RowScope scope, CancellationToken ct)
    {
        public RowScope Scope { get; } = scope;

        public CancellationToken Ct { get; } = ct;

        /// <summary>Whether its scope's own row comes before its rows.</summary>
        public bool SkipsScope { get; set; }

        public abstract bool IsDone { get; }

        public abstract NpgsqlBatchCommand Command();

        public abstract Task ReadAsync(DbDataReader reader);

        /// <summary>When the whole message is read: a fault in a later statement undoes none of the earlier ones' rows, but
        /// would be told to their callers twice.</summary>
        public abstract void Complete();

        public abstract void Fail(Exception e);
    }

    private sealed class Lookup<T>(RowScope scope, string sql, StatementArguments arguments, object? args, CancellationToken ct) : Lookup(scope, ct)
    {
        private readonly TaskCompletionSource<T?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _row;

        public Task<T?> Task => _done.Task;

        public override bool IsDone => _done.Task.IsCompleted;

        public override NpgsqlBatchCommand Command()
        {
            var command = new NpgsqlBatchCommand(arguments.PositionalText);
            for (var i = 0; i < arguments.Parameters.Count; i++)
            {
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = TypeOf(arguments.Parameters[i].Type)!.Value, Value = arguments.Value(args!, i) });
            }

            return command;
        }

        public override async Task ReadAsync(DbDataReader reader) =>
            _row = await reader.ReadAsync() ? RowParsers<T>.Of(Engine.Postgres, sql, reader)(reader) : default;

        public override void Complete() => _done.TrySetResult(_row);

        public override void Fail(Exception e) => _done.TrySetException(e);
    }
}
