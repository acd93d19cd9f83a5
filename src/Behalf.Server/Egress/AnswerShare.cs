namespace Behalf.Egress;

/// <summary>What one large answer takes of the memory for them, until it is disposed of.</summary>
internal sealed class AnswerShare(AnswerMemory memory, Id<IdKinds.Project> project) : IDisposable
{
    /// <summary>The body itself, what it is scrubbed into, its text, and what is read from that.</summary>
    private const int Copies = 4;

    /// <summary>A value of its own in what a JSON reader makes of it: the entry of its list or object, and its copy.</summary>
    private const int BytesOfValue = 128;

    public Id<IdKinds.Project> Project => project;

    /// <summary>The memory's to write.</summary>
    public long Taken { get; set; }

    /// <summary>For a body of this size while it is read.</summary>
    public ValueTask HoldAsync(int size, CancellationToken ct) => HoldAsync((long)size * Copies, ct);

    /// <summary>For the body as it turned out: many small values take many times what their text takes.</summary>
    public ValueTask HoldAsync(ReadOnlySpan<byte> body, CancellationToken ct)
    {
        var values = (long)body.Count((byte)',') + body.Count((byte)'[') + body.Count((byte)'{');
        var cost = ((long)body.Length * Copies) + (values * BytesOfValue);
        if (cost < Taken)
        {
            memory.GiveBack(this, Taken - cost);
        }

        return HoldAsync(cost, ct);
    }

    public void Dispose() => memory.GiveBack(this, Taken);

    private ValueTask HoldAsync(long cost, CancellationToken ct) =>
        cost <= Taken ? ValueTask.CompletedTask : memory.GrowAsync(this, cost - Taken, ct);
}
