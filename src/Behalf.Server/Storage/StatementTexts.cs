using System.Runtime.InteropServices;

namespace Behalf.Storage;

/// <summary>Compares statements' texts. They are long, and looked up several times for each call: hashing all of one costs as much
/// as running it, so a few letters stand for it, and texts that are the same object are not read at all.</summary>
internal sealed class StatementTexts : IEqualityComparer<string>
{
    private const int Letters = sizeof(ulong) / sizeof(char);

    public static StatementTexts Comparer { get; } = new();

    public bool Equals(string? x, string? y) => string.Equals(x, y);

    public int GetHashCode(string obj) => obj.Length < Letters
        ? string.GetHashCode(obj)
        : HashCode.Combine(obj.Length, At(obj, 0), At(obj, obj.Length / 3), At(obj, obj.Length * 2 / 3), At(obj, obj.Length));

    private static ulong At(string text, int index) =>
        MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(text.AsSpan(Math.Min(index, text.Length - Letters))));
}
