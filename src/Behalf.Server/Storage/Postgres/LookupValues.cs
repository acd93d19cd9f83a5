namespace Behalf.Storage.Postgres;

/// <summary>Compares the arguments of look-ups of one statement: of those that ask the same, one is sent.</summary>
internal sealed class LookupValues : IEqualityComparer<object[]>
{
    public static LookupValues Comparer { get; } = new();

    public bool Equals(object[]? x, object[]? y) => x is null || y is null ? x == y : x.AsSpan().SequenceEqual(y, Single.Comparer);

    public int GetHashCode(object[] obj)
    {
        var hash = default(HashCode);
        foreach (var value in obj)
        {
            if (value is byte[] bytes)
            {
                hash.AddBytes(bytes);
            }
            else
            {
                hash.Add(value);
            }
        }

        return hash.ToHashCode();
    }

    private sealed class Single : IEqualityComparer<object>
    {
        public static Single Comparer { get; } = new();

        public new bool Equals(object? x, object? y) => x is byte[] a && y is byte[] b ? a.AsSpan().SequenceEqual(b) : object.Equals(x, y);

        public int GetHashCode(object obj) => throw new NotSupportedException("Arguments are hashed together.");
    }
}
