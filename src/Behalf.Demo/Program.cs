using Behalf.Demo;

var keep = args.Contains("--keep");
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

await using var stage = await Stage.SetUpAsync(stop.Token);
var story = new Story(stage, new Narrator(Console.Out));
var failed = await story.TellAsync(stop.Token);
if (keep)
{
    Console.WriteLine($"\nStill up until you press Ctrl-C:\n  server   {stage.Server.Url}\n  sandbox  {stage.Provider.Url}\n  API key  {stage.ApiKey}\n  data     {stage.Folder}");
    await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

return failed == 0 ? 0 : 1;
