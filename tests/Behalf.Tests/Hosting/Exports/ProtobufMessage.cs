using System.Buffers.Binary;
using System.Text;

namespace Behalf.Tests.Hosting.Exports;

/// <summary>A protobuf message as its wire has it: fields by number. Enough to read what an exporter sends, without its classes.</summary>
internal sealed class ProtobufMessage
{
    private readonly List<(int Field, object Value)> _fields = [];

    public ProtobufMessage(ReadOnlyMemory<byte> bytes)
    {
        for (var rest = bytes; rest.Length > 0;)
        {
            var tag = Varint(ref rest);
            _fields.Add(((int)(tag >> 3), (tag & 7) switch
            {
                0 => Varint(ref rest),
                1 => BinaryPrimitives.ReadUInt64LittleEndian(Take(ref rest, 8).Span),
                2 => Take(ref rest, (int)Varint(ref rest)),
                5 => (ulong)BinaryPrimitives.ReadUInt32LittleEndian(Take(ref rest, 4).Span),
                _ => throw new FormatException($"Wire type {tag & 7}."),
            }));
        }
    }

    public IEnumerable<ProtobufMessage> All(int field) =>
        _fields.Where(f => f.Field == field).Select(f => new ProtobufMessage((ReadOnlyMemory<byte>)f.Value));

    public ProtobufMessage? One(int field) => All(field).FirstOrDefault();

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field).Span);

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field).Span);

    public ulong Number(int field) => _fields.Where(f => f.Field == field).Select(f => (ulong)f.Value).FirstOrDefault();

    public bool Has(int field) => _fields.Any(f => f.Field == field);

    private ReadOnlyMemory<byte> Bytes(int field) =>
        _fields.Where(f => f.Field == field).Select(f => (ReadOnlyMemory<byte>)f.Value).FirstOrDefault();

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> rest, int length)
    {
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> rest)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = rest.Span[0];
            rest = rest[1..];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }
}
