using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Behalf.Audit.Chain;

/// <summary>A list of texts as bytes, so that no two lists give the same: each is the length of its UTF-8 in four bytes
/// (big-endian) and the UTF-8 itself; one that is absent is the length FFFFFFFF alone.</summary>
internal sealed class CanonicalFields
{
    private const int Absent = -1;
    private const int MostDigits = 20;

    private readonly ArrayBufferWriter<byte> _output = new(640);

    public ReadOnlySpan<byte> Bytes => _output.WrittenSpan;

    public byte[] Sha256() => SHA256.HashData(Bytes);

    public CanonicalFields Add(string? text)
    {
        if (text is null)
        {
            Length(Absent);
            return this;
        }

        Length(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, _output);
        return this;
    }

    /// <summary>A whole number is its decimal digits.</summary>
    public CanonicalFields Add(long? number)
    {
        if (number is null)
        {
            Length(Absent);
            return this;
        }

        Span<byte> digits = stackalloc byte[MostDigits];
        Utf8Formatter.TryFormat(number.Value, digits, out var length);
        Length(length);
        _output.Write(digits[..length]);
        return this;
    }

    /// <summary>Bytes are their lower-case hexadecimal digits.</summary>
    public CanonicalFields AddHex(ReadOnlySpan<byte> bytes) => Add(Convert.ToHexStringLower(bytes));

    private void Length(int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(_output.GetSpan(4), length);
        _output.Advance(4);
    }
}
