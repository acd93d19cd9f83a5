using System.Data.Common;

namespace Behalf.Storage.Postgres;

/// <summary>One look-up that waits for its turn.</summary>
internal abstract class Lookup
{
    protected Lookup(RowScope scope, StatementArguments arguments, object? args, CancellationToken ct)
    {
        (Scope, Arguments, Ct) = (scope, arguments, ct);
        Values = new object[arguments.Parameters.Count];
        for (var i = 0; i < Values.Length; i++)
        {
            Values[i] = arguments.Value(args!, i);
        }
    }

    public RowScope Scope { get; }

    public StatementArguments Arguments { get; }

    /// <summary>Its arguments, in the order of the statement's parameters.</summary>
    public object[] Values { get; }

    public CancellationToken Ct { get; }

    public abstract bool IsDone { get; }

    /// <summary>Takes the row that the reader stands on. Others that ask the same take it too, each for itself.</summary>
    public abstract void Take(string text, DbDataReader reader);

    /// <summary>When the whole message is read: a fault in a later statement undoes none of the earlier ones' rows, but
    /// would be told to their callers twice.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception e);
}

internal sealed class Lookup<T>(RowScope scope, StatementArguments arguments, object? args, CancellationToken ct)
    : Lookup(scope, arguments, args, ct)
{
    private readonly TaskCompletionSource<T?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _row;

    public Task<T?> Task => _done.Task;

    public override bool IsDone => _done.Task.IsCompleted;

    public override void Take(string text, DbDataReader reader) => _row = RowParsers<T>.Of(Engine.Postgres, text, reader)(reader);

    public override void Complete() => _done.TrySetResult(_row);

    public override void Fail(Exception e) => _done.TrySetException(e);
}
