using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Behalf.Storage.Sqlite;

/// <summary>The one writer of the file: a thread that runs queued work, one commit for as many as are waiting. The
/// commit's disk flush is what a write costs, so callers share it.</summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MostPerCommit = 1024;
    private const int MostWaiting = 16 * 1024;

    private readonly Channel<WorkItem> _queue =
        Channel.CreateBounded<WorkItem>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    private readonly SqliteConnections _connections;
    private readonly Thread _thread;

    public SqliteWriter(SqliteConnections connections)
    {
        _connections = connections;
        _thread = new Thread(Run) { IsBackground = true, Name = "behalf writer" };
        _thread.Start();
    }

    public int Waiting => _queue.Reader.Count;

    public async Task<T> EnqueueAsync<T>(Func<WriteSession, ValueTask<T>> work, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var item = new WorkItem<T>(work);
        if (!_queue.Writer.TryWrite(item))
        {
            throw new Problem(Refusal.Overloaded) { RetryAfterSeconds = 1 };
        }

        // Once queued the work happens: the caller may stop waiting, the effect is not taken back.
        return await item.Task;
    }

    public ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _thread.Join();
        return ValueTask.CompletedTask;
    }

    private void Run()
    {
        using var statements = new SqliteStatements(_connections.Open());
        var session = new Session(statements);
        var batch = new List<WorkItem>(MostPerCommit);
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < MostPerCommit && _queue.Reader.TryRead(out var item))
            {
                batch.Add(item);
            }

            // The machine's clock: a test that moves the server's is no slower at writing.
            var began = Stopwatch.GetTimestamp();
            CommitTogether(statements, session, batch);
            Measures.CommitDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
            Measures.CommitSize.Record(batch.Count);
        }
    }

    private static void CommitTogether(SqliteStatements statements, Session session, List<WorkItem> batch)
    {
        try
        {
            statements.Execute("begin immediate");
            foreach (var item in batch)
            {
                statements.Execute("savepoint one");
                item.Run(session);
                if (item.Failed)
                {
                    statements.Execute("rollback to one");
                }

                statements.Execute("release one");
            }

            statements.Execute("commit");
        }
        catch (Exception e)
        {
            // Nobody is told yes: what the failed transaction did is gone with it.
            TryRollback(statements);
            var failure = e is SqliteException s ? SqliteFailures.Translate(s) : e;
            foreach (var item in batch)
            {
                item.Fail(failure);
            }
        }

        foreach (var item in batch)
        {
            item.Complete();
        }
    }

    private static void TryRollback(SqliteStatements statements)
    {
        try
        {
            statements.Execute("rollback");
        }
        catch (SqliteException)
        {
            // SQLite rolls back by itself on a full disk or an I/O error; then there is nothing to roll back.
        }
    }

    private abstract class WorkItem
    {
        public abstract bool Failed { get; }

        public abstract void Run(Session session);

        public abstract void Fail(Exception e);

        public abstract void Complete();
    }

    private sealed class WorkItem<T>(Func<WriteSession, ValueTask<T>> work) : WorkItem
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _failure;

        public Task<T> Task => _done.Task;

        public override bool Failed => _failure is not null;

        public override void Run(Session session)
        {
            try
            {
                var running = work(session);
                if (!running.IsCompleted)
                {
                    throw new InvalidOperationException("A write awaits nothing but its own session.");
                }

                _result = running.GetAwaiter().GetResult();
            }
            catch (Exception e)
            {
                _failure = e is SqliteException s ? SqliteFailures.Translate(s) : e;
            }
        }

        public override void Fail(Exception e) => _failure ??= e;

        public override void Complete()
        {
            if (_failure is not null)
            {
                _done.SetException(_failure);
            }
            else
            {
                _done.SetResult(_result!);
            }
        }
    }

    private sealed class Session(SqliteStatements statements) : WriteSession
    {
        public override Engine Engine => Engine.Sqlite;

        public override ValueTask<int> ExecuteAsync(string sql, object? args) => new(statements.Execute(sql, args));

        public override ValueTask<T?> FindAsync<T>(string sql, object? args)
            where T : default => new(statements.First<T>(sql, args));

        public override ValueTask<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args) => new(statements.All<T>(sql, args));
    }
}
