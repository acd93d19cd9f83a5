namespace Behalf.Tests.Sandbox;

/// <summary>A clock that stands still until a test moves it.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
