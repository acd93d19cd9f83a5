namespace Behalf.Tests.Support;

/// <summary>Waits for what happens in the background. The half minute is patience, not a measure.</summary>
internal static class Eventually
{
    public static Task HoldsAsync(Func<bool> holds) => HoldsAsync(() => Task.FromResult(holds()));

    public static async Task HoldsAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; !await holds(); i++)
        {
            Assert.True(i < 600, "It did not happen within half a minute.");
            await Task.Delay(50);
        }
    }
}
