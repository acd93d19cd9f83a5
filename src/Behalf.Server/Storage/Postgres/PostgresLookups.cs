using System.Threading.Channels;
using Npgsql;

namespace Behalf.Storage.Postgres;

/// <summary>Look-ups that wait at the same time travel in one message, and those of one statement as one statement. Under load a round
/// trip then serves dozens of calls; alone a look-up travels as it is. Each has its own scope set in front of it, and nothing else's.</summary>
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
        if (!RowParsers<T>.IsRecord || StatementArguments.Of(sql, args) is not { } arguments || !arguments.Parameters.All(p => LookupTypes.Has(p.Type)))
        {
            return null;
        }

        var lookup = new Lookup<T>(scope, arguments, args, ct);
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
        var statements = new List<LookupStatement?>(batch.Count);
        foreach (var scope in batch.GroupBy(lookup => lookup.Scope))
        {
            // The settings last as long as the message: a scope that is not set again would be the one before.
            together.BatchCommands.Add(ScopeCommand(scope.Key));
            statements.Add(null);
            foreach (var statement in scope.GroupBy(lookup => (lookup.Arguments, lookup.GetType())).Select(same => new LookupStatement(same)))
            {
                together.BatchCommands.Add(statement.Command());
                statements.Add(statement);
            }
        }

        await using var reader = await together.ExecuteReaderAsync();
        foreach (var statement in statements)
        {
            // The scope's own row is nobody's.
            if (statement is not null)
            {
                await statement.ReadAsync(reader);
            }

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
}
