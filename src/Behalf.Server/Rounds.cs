namespace Behalf;

/// <summary>Work that comes round: done at once while there is more of it, then again after a pause. A round that breaks is
/// told to the log, and the next one follows.</summary>
internal abstract partial class Rounds(string work, TimeSpan pause, TimeProvider clock, ILogger log) : BackgroundService
{
    protected TimeProvider Clock => clock;

    /// <summary>One round.</summary>
    /// <returns>True if there is more to do already.</returns>
    protected abstract Task<bool> RunRoundAsync(CancellationToken ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await RunRoundAsync(stoppingToken))
                {
                    await Task.Delay(pause, clock, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                RoundBroke(log, e, work);
                await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A round of {Work} broke; the next one follows")]
    private static partial void RoundBroke(ILogger log, Exception e, string work);
}
