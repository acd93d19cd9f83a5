namespace Behalf.Accounts.Refresh;

/// <summary>Where a provider counts an app's requests: the app, and the address it sends them to.</summary>
internal readonly record struct AppDoor(string App, string Address);

/// <summary>What a provider says to one account of an app, it says to all: a 429 pauses the app. Nobody asks during the pause;
/// after it, and where nobody has asked for a minute, one goes first and the others fare as it did. Each node has pauses of its
/// own. Times are the database's, as callers read them, so that a node whose clock is wrong waits neither longer nor shorter.</summary>
internal sealed class AppPauses(TimeProvider clock)
{
    private const int UsualSeconds = 60;
    private const int LongestSeconds = 60 * 60;
    private const long GoodForMs = 60_000;
    private const long StillOutMs = 5_000;
    private const int Many = 1024;

    private readonly Dictionary<AppDoor, App> _apps = [];
    private int _pruneAt = Many;
    private long _lastPauseEnds;

    /// <summary>Whether it may go now. Waits for the one that is on its way already, as long as its patience lasts.</summary>
    /// <param name="door">Whose, and where to.</param>
    /// <param name="now">The database's time.</param>
    /// <param name="patience">After a pause, who runs out of it may not go; else it may: the first one hangs, and a 429 would be
    /// here by now.</param>
    public async Task<AppTurn> TakeTurnAsync(AppDoor door, long now, TimeSpan patience)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            Task first;
            bool afterPause;
            lock (_apps)
            {
                var app = Find(door, now);
                if (app.PausedUntil > now)
                {
                    return new AppTurn(this, door) { WaitUntil = app.PausedUntil };
                }

                if (app.GoodUntil > now)
                {
                    return new AppTurn(this, door);
                }

                if (app.First is null)
                {
                    app.First = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    return new AppTurn(this, door) { First = app.First };
                }

                (first, afterPause) = (app.First.Task, app.Seconds > 0);
            }

            try
            {
                var left = patience - clock.GetElapsedTime(began);
                await first.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock);
            }
            catch (TimeoutException)
            {
                return new AppTurn(this, door) { WaitUntil = afterPause ? now + StillOutMs : null };
            }
        }
    }

    /// <summary>Until when nobody asks; null where there is no pause.</summary>
    public long? PausedUntil(AppDoor door, long now)
    {
        lock (_apps)
        {
            return _apps.TryGetValue(door, out var app) && app.PausedUntil > now ? app.PausedUntil : null;
        }
    }

    /// <summary>Whether any app is paused, for who would have to look up first which one it asks for.</summary>
    public bool Any(long now) => Interlocked.Read(ref _lastPauseEnds) > now;

    /// <summary>The provider took the request, whatever it made of it.</summary>
    internal void Pass(AppTurn turn, long now)
    {
        lock (_apps)
        {
            // What was sent before a pause does not end it.
            var app = Find(turn.Door, now);
            if (turn.First is not null || app.Seconds == 0)
            {
                (app.Seconds, app.GoodUntil) = (0, now + GoodForMs);
            }
        }
    }

    /// <summary>As long as the provider asks for; where it does not say, twice as long each time.</summary>
    internal (int Seconds, bool Began) SlowDown(AppTurn turn, long now, int? asked)
    {
        lock (_apps)
        {
            var app = Find(turn.Door, now);
            var began = app.PausedUntil <= now;
            var usual = turn.First is not null && app.Seconds > 0 ? Math.Min(app.Seconds * 2, LongestSeconds) : UsualSeconds;
            var seconds = asked ?? usual;
            (app.Seconds, app.GoodUntil) = (Math.Max(seconds, 1), 0);
            app.PausedUntil = Math.Max(app.PausedUntil, now + (seconds * 1000L));
            Interlocked.Exchange(ref _lastPauseEnds, Math.Max(_lastPauseEnds, app.PausedUntil));
            return (seconds, began);
        }
    }

    internal void Leave(AppTurn turn)
    {
        lock (_apps)
        {
            if (_apps.TryGetValue(turn.Door, out var app) && app.First == turn.First)
            {
                app.First = null;
            }
        }

        turn.First?.TrySetResult();
    }

    private App Find(AppDoor door, long now)
    {
        if (_apps.TryGetValue(door, out var app))
        {
            return app;
        }

        if (_apps.Count >= _pruneAt)
        {
            foreach (var (idle, _) in _apps.Where(known => known.Value.IsForgettable(now)).ToList())
            {
                _apps.Remove(idle);
            }

            _pruneAt = Math.Max(Many, _apps.Count * 2);
        }

        return _apps[door] = new App();
    }

    private sealed class App
    {
        /// <summary>Nobody needs to go first until then.</summary>
        public long GoodUntil { get; set; }

        public long PausedUntil { get; set; }

        /// <summary>How long the last pause was; 0 once a request passed after it.</summary>
        public int Seconds { get; set; }

        /// <summary>Ends when the one that goes first is back.</summary>
        public TaskCompletionSource? First { get; set; }

        public bool IsForgettable(long now) => First is null && GoodUntil < now && PausedUntil + (LongestSeconds * 1000L) < now;
    }
}
