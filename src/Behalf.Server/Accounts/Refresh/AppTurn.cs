namespace Behalf.Accounts.Refresh;

/// <summary>One request of an app, or the word that it must wait. Who goes first and leaves without an answer, because it never
/// sent, leaves the place to the next.</summary>
internal sealed class AppTurn(AppPauses? pauses, AppDoor door) : IDisposable
{
    public AppDoor Door => door;

    /// <summary>Not to be sent before then (the database's time).</summary>
    public long? WaitUntil { get; init; }

    /// <summary>When the pause ends that this request's answer began, where it was the first to hear of it.</summary>
    public long? BeganPauseUntil { get; private set; }

    internal TaskCompletionSource? First { get; init; }

    /// <summary>For what goes to no app's door.</summary>
    public static AppTurn Free() => new(null, default);

    public void Pass(long now)
    {
        pauses?.Pass(this, now);
        Dispose();
    }

    /// <returns>How many seconds it is to be.</returns>
    public int SlowDown(long now, int? asked)
    {
        if (pauses is null)
        {
            return asked ?? 0;
        }

        var (seconds, began) = pauses.SlowDown(this, now, asked);
        Dispose();
        BeganPauseUntil = began ? now + (seconds * 1000L) : null;
        return seconds;
    }

    public void Dispose()
    {
        if (First is not null)
        {
            pauses?.Leave(this);
        }
    }
}
