using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>Which properties or items of one value some keyword has looked at, by position;
/// for the unevaluated keywords.</summary>
internal sealed class EvaluatedParts
{
    private readonly ulong[] _marks;

    public EvaluatedParts(JsonElement instance)
        : this(instance.ValueKind == JsonValueKind.Object ? instance.GetPropertyCount() : instance.GetArrayLength())
    {
    }

    private EvaluatedParts(int count)
    {
        Count = count;
        _marks = new ulong[(count + 63) / 64];
    }

    public int Count { get; }

    public bool this[int index] => (_marks[index / 64] >> (index % 64) & 1) != 0;

    public void Mark(int index) => _marks[index / 64] |= 1UL << (index % 64);

    public void MarkAll() => Array.Fill(_marks, ulong.MaxValue);

    public EvaluatedParts Fresh() => new(Count);

    public void Add(EvaluatedParts other)
    {
        for (var i = 0; i < _marks.Length; i++)
        {
            _marks[i] |= other._marks[i];
        }
    }
}
