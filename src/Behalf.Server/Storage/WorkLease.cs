using System.Security.Cryptography;

namespace Behalf.Storage;

internal enum LeaseState
{
    /// <summary>Another node does the work.</summary>
    Elsewhere,

    /// <summary>This node does it, and nobody else did since it last asked.</summary>
    Kept,

    /// <summary>This node does it from now on: another may have done it before.</summary>
    Taken,
}

/// <summary>Lets one node at a time do a piece of work. It saves effort and is no fence: a node that stalls past its term
/// may overlap with the next one, so the work's own writes must be safe without it.</summary>
internal sealed class WorkLease(IDatabase database, string name, TimeSpan term, TimeProvider clock)
{
    private readonly byte[] _me = RandomNumberGenerator.GetBytes(16);
    private long? _heldSince;

    public async Task<LeaseState> HoldAsync(CancellationToken ct)
    {
        if (_heldSince is { } since && clock.GetElapsedTime(since) < term / 2)
        {
            return LeaseState.Kept;
        }

        var asked = clock.GetTimestamp();
        var state = await database.WriteAsync(RowScope.System, AskAsync, ct);
        _heldSince = state == LeaseState.Elsewhere ? null : asked;
        return state;
    }

    public async Task ReleaseAsync(CancellationToken ct)
    {
        if (_heldSince is null)
        {
            return;
        }

        _heldSince = null;
        await database.WriteAsync(
            RowScope.System,
            session => session.ExecuteAsync("delete from lease where name = @name and holder = @me", new { name, me = _me }),
            ct);
    }

    private async ValueTask<LeaseState> AskAsync(WriteSession session)
    {
        var args = new { name, me = _me, term = (long)term.TotalMilliseconds };
        if (await session.ExecuteAsync("update lease set until = behalf_now() + @term where name = @name and holder = @me", args) == 1)
        {
            return LeaseState.Kept;
        }

        var taken = await session.ExecuteAsync(
            """
            insert into lease (name, holder, until) values (@name, @me, behalf_now() + @term)
            on conflict (name) do update set holder = excluded.holder, until = excluded.until
            where lease.until <= behalf_now()
            """,
            args);
        return taken == 1 ? LeaseState.Taken : LeaseState.Elsewhere;
    }
}
