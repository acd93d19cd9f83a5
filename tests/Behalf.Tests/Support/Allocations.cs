namespace Behalf.Tests.Support;

internal static class Allocations
{
    /// <summary>The bytes that the work allocates on this thread, in the best of a few tries: in one of them the runtime may
    /// replace the code and allocate for itself.</summary>
    public static long Least(Action work) => Enumerable.Range(0, 5).Min(_ =>
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    });
}
