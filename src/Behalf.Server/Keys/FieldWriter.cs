using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Behalf.Keys;

/// <summary>Writes a list of fields so that no two lists give the same bytes: each field is its length in two bytes
/// (big-endian) and then itself. This is the associated data of everything that is encrypted.</summary>
internal sealed class FieldWriter
{
    private readonly ArrayBufferWriter<byte> _output = new(192);

    public FieldWriter Add(ReadOnlySpan<byte> field)
    {
        var space = _output.GetSpan(2 + field.Length);
        BinaryPrimitives.WriteUInt16BigEndian(space, checked((ushort)field.Length));
        field.CopyTo(space[2..]);
        _output.Advance(2 + field.Length);
        return this;
    }

    public FieldWriter Add(string field)
    {
        var length = Encoding.UTF8.GetByteCount(field);
        var space = _output.GetSpan(2 + length);
        BinaryPrimitives.WriteUInt16BigEndian(space, checked((ushort)length));
        Encoding.UTF8.GetBytes(field, space[2..]);
        _output.Advance(2 + length);
        return this;
    }

    public FieldWriter Add<T>(Id<T> id)
        where T : IIdKind
    {
        Span<byte> bytes = stackalloc byte[16];
        id.Write(bytes);
        return Add(bytes);
    }

    public FieldWriter Add(short number)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteInt16BigEndian(bytes, number);
        return Add(bytes);
    }

    public FieldWriter Add(int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return Add(bytes);
    }

    public FieldWriter Add(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return Add(bytes);
    }

    public byte[] ToArray() => _output.WrittenSpan.ToArray();
}
