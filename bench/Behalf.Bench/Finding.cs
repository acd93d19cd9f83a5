using System.Diagnostics;

namespace Behalf.Bench;

/// <summary>What a part gave, and why it gave no more if it failed.</summary>
internal sealed record Finding(Part Part, IReadOnlyList<Goal> Goals, string? Failure)
{
    public static async Task<Finding> OfAsync(Part part, Field field)
    {
        var goals = new List<Goal>();
        var began = Stopwatch.GetTimestamp();
        using var stops = field.StopsWhatStartsFromNow();
        try
        {
            await foreach (var goal in part.MeasureAsync(field))
            {
                await Console.Error.WriteLineAsync($"  {goal.Figure}: {goal.Reached:0.###}");
                goals.Add(goal);
            }

            await Console.Error.WriteLineAsync($"  took {Stopwatch.GetElapsedTime(began):m\\:ss} min");
            return new Finding(part, goals, null);
        }
        catch (Exception e)
        {
            // Half an hour of other figures must not be lost with this one.
            await Console.Error.WriteLineAsync($"  failed: {e}");
            return new Finding(part, goals, e.Message.Split('\n')[0]);
        }
    }
}
