namespace Behalf.Accounts.Refresh;

/// <summary>For what exists in this process alone: a database that is away is waited for, not given up on.</summary>
internal sealed class PatientWrites(TimeProvider clock)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <param name="work">May run again after a commit whose outcome is unknown.</param>
    /// <param name="away">Told once, when the database does not answer.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, Action? away = null)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Problem p) when (p.Refusal.Status == 503 && clock.GetElapsedTime(began) < Patience)
            {
                away?.Invoke();
                away = null;
                await Task.Delay(Retry, clock);
            }
        }
    }
}
