using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>A JSON number as its text says it, compared digit by digit: never rounded, however long it is.</summary>
internal readonly ref struct JsonNumber
{
    /// <summary>An exponent beyond this is as good as this:
    /// no text is long enough to even it out with digits.</summary>
    private const long LargestExponent = 1_000_000_000_000_000;

    /// <summary>From the first to the last digit that is not a zero; the point may lie between them.</summary>
    private readonly ReadOnlySpan<byte> _digits;

    private readonly int _count;

    /// <summary>The value is 0.digits × 10^magnitude.</summary>
    private readonly long _magnitude;

    private readonly int _sign;

    private JsonNumber(ReadOnlySpan<byte> digits, long magnitude, int sign)
    {
        _digits = digits;
        _count = digits.Contains((byte)'.') ? digits.Length - 1 : digits.Length;
        _magnitude = magnitude;
        _sign = sign;
    }

    public bool IsPositive => _sign > 0;

    /// <summary>By value, so that 1.0 and 1e3 are integers.</summary>
    public bool IsInteger => _magnitude >= _count;

    private long Exponent => _magnitude - _count;

    public static JsonNumber Of(JsonElement number) => Parse(JsonMarshal.GetRawUtf8Value(number));

    /// <param name="text">What the JSON parser has already found to be a number.</param>
    public static JsonNumber Parse(ReadOnlySpan<byte> text)
    {
        var sign = text[0] == '-' ? -1 : 1;
        var e = text.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = text[(sign < 0 ? 1 : 0)..(e < 0 ? text.Length : e)];
        var first = mantissa.IndexOfAnyInRange((byte)'1', (byte)'9');
        if (first < 0)
        {
            return default;
        }

        var last = mantissa.LastIndexOfAnyInRange((byte)'1', (byte)'9');
        var point = mantissa.IndexOf((byte)'.');
        var whole = point < 0 ? mantissa.Length : point;
        var magnitude = first < whole ? whole - first : whole - first + 1;
        var exponent = e < 0 ? 0 : ParseExponent(text[(e + 1)..]);
        return new JsonNumber(mantissa[first..(last + 1)], magnitude + exponent, sign);
    }

    public int CompareTo(JsonNumber other)
    {
        if (_sign != other._sign || _sign == 0)
        {
            return _sign.CompareTo(other._sign);
        }

        var size = _magnitude.CompareTo(other._magnitude);
        return _sign * (size != 0 ? size : CompareDigits(_digits, other._digits));
    }

    /// <summary>Exact: with V·10^a and D·10^b it asks whether D divides V·10^(a-b).</summary>
    public bool IsMultipleOf(JsonNumber divisor)
    {
        if (_sign == 0)
        {
            return true;
        }

        // V ends in a digit other than zero, so it holds no factor ten that a smaller exponent could be paid with.
        var shift = Exponent - divisor.Exponent;
        if (shift < 0)
        {
            return false;
        }

        return divisor._count <= 19
            ? RemainderOf(_digits, divisor.Mantissa64(), shift) == 0
            : Mantissa() * BigInteger.ModPow(10, shift, divisor.Mantissa()) % divisor.Mantissa() == 0;
    }

    /// <summary>The value where it counts something: false for a fraction or below zero,
    /// saturated where it is huge.</summary>
    public bool TryGetCount(out long count)
    {
        count = 0;
        if (_sign < 0 || !IsInteger)
        {
            return false;
        }

        if (_magnitude > 18)
        {
            count = long.MaxValue;
            return true;
        }

        count = (long)Mantissa64();
        for (var i = 0; i < Exponent; i++)
        {
            count *= 10;
        }

        return true;
    }

    /// <summary>The same for all spellings of one value.</summary>
    public int ValueHash()
    {
        var hash = default(HashCode);
        hash.Add(_sign);
        hash.Add(_magnitude);
        foreach (var digit in _digits)
        {
            if (digit != '.')
            {
                hash.Add(digit);
            }
        }

        return hash.ToHashCode();
    }

    private static long ParseExponent(ReadOnlySpan<byte> text)
    {
        long value = 0;
        foreach (var c in text)
        {
            if (c is not ((byte)'+' or (byte)'-'))
            {
                value = Math.Min((value * 10) + (c - '0'), LargestExponent);
            }
        }

        return text[0] == '-' ? -value : value;
    }

    /// <summary>Both begin at the same power of ten and end in a digit that counts,
    /// so the first difference decides.</summary>
    private static int CompareDigits(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int i = 0, j = 0;
        while (true)
        {
            i += i < left.Length && left[i] == '.' ? 1 : 0;
            j += j < right.Length && right[j] == '.' ? 1 : 0;
            if (i == left.Length || j == right.Length)
            {
                return (left.Length - i).CompareTo(right.Length - j);
            }

            if (left[i] != right[j])
            {
                return left[i].CompareTo(right[j]);
            }

            i++;
            j++;
        }
    }

    private static ulong RemainderOf(ReadOnlySpan<byte> digits, ulong divisor, long shift)
    {
        UInt128 remainder = 0;
        foreach (var digit in digits)
        {
            if (digit != '.')
            {
                remainder = ((remainder * 10) + (uint)(digit - '0')) % divisor;
            }
        }

        for (UInt128 power = 10 % divisor; shift > 0 && remainder != 0; shift >>= 1, power = power * power % divisor)
        {
            remainder = (shift & 1) == 0 ? remainder : remainder * power % divisor;
        }

        return (ulong)remainder;
    }

    private ulong Mantissa64()
    {
        ulong value = 0;
        foreach (var digit in _digits)
        {
            value = digit == '.' ? value : (value * 10) + (ulong)(digit - '0');
        }

        return value;
    }

    private BigInteger Mantissa()
    {
        Span<char> digits = new char[_count];
        var at = 0;
        foreach (var digit in _digits)
        {
            if (digit != '.')
            {
                digits[at++] = (char)digit;
            }
        }

        return BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
