using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Behalf;

/// <summary>What an <see cref="Id{T}"/> names; gives the prefix people see.</summary>
internal interface IIdKind
{
    static abstract string Prefix { get; }
}

/// <summary>The kinds of things that have an id. Ids of different kinds do not convert into each other.</summary>
internal static class IdKinds
{
    /// <summary>One installation with its database: what keeps rows of a test database out of the live one.</summary>
    internal sealed class Deployment : IIdKind { public static string Prefix => "dp"; }

    internal sealed class Project : IIdKind { public static string Prefix => "pr"; }

    internal sealed class ApiKey : IIdKind { public static string Prefix => "key"; }

    internal sealed class User : IIdKind { public static string Prefix => "usr"; }

    internal sealed class AuthConfig : IIdKind { public static string Prefix => "ac"; }

    internal sealed class Account : IIdKind { public static string Prefix => "ca"; }

    internal sealed class Flow : IIdKind { public static string Prefix => "ln"; }

    internal sealed class Event : IIdKind { public static string Prefix => "evt"; }

    internal sealed class Job : IIdKind { public static string Prefix => "job"; }

    internal sealed class Webhook : IIdKind { public static string Prefix => "ws"; }

    /// <summary>An event as webhooks are told of it.</summary>
    internal sealed class Message : IIdKind { public static string Prefix => "msg"; }

    /// <summary>A message on its way to one webhook.</summary>
    internal sealed class Delivery : IIdKind { public static string Prefix => "wd"; }

    /// <summary>Whatever owns a data key: an account, an auth config, a flow, a webhook.</summary>
    internal sealed class SecretOwner : IIdKind { public static string Prefix => "own"; }
}

/// <summary>128 random bits: a blob of 16 bytes in the database, <c>prefix_</c> and 22 base62 digits outside.</summary>
[JsonConverter(typeof(IdJsonConverterFactory))]
internal readonly record struct Id<T>(UInt128 Value) : IComparable<Id<T>>
    where T : IIdKind
{
    public static Id<T> New() => From(RandomNumberGenerator.GetBytes(16));

    /// <summary>48 bits of milliseconds, then 80 random ones, so that rows of one time lie together (as in RFC 9562 §5.7).</summary>
    public static Id<T> NewAt(long milliseconds)
    {
        Span<byte> bytes = stackalloc byte[16];
        Randomness.Fill(bytes[6..]);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ((ulong)milliseconds << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]));
        return From(bytes);
    }

    public static Id<T> From(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    public byte[] ToBytes()
    {
        var bytes = new byte[16];
        Write(bytes);
        return bytes;
    }

    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);

    /// <summary>The same bits under another name, for tables that are keyed by more than one kind of thing.</summary>
    public Id<TOther> As<TOther>()
        where TOther : IIdKind => new(Value);

    public static bool TryParse([NotNullWhen(true)] string? text, out Id<T> id)
    {
        id = default;
        var prefix = T.Prefix;
        if (text is null || text.Length != prefix.Length + 1 + Base62.DigitsOf128Bits
            || !text.StartsWith(prefix, StringComparison.Ordinal) || text[prefix.Length] != '_'
            || !Base62.TryDecode(text.AsSpan(prefix.Length + 1), out var value))
        {
            return false;
        }

        id = new Id<T>(value);
        return true;
    }

    public int CompareTo(Id<T> other) => Value.CompareTo(other.Value);

    public override string ToString() => string.Concat(T.Prefix, "_", Base62.Encode(Value));
}

/// <summary>Digits 0-9A-Za-z, most significant first, fixed width, so that sorting the text sorts the number.</summary>
internal static class Base62
{
    public const int DigitsOf128Bits = 22;
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private const int DigitsAtOnce = 10;
    private const ulong TenDigits = 839_299_365_868_340_224;

    public static string Encode(UInt128 value, int width = DigitsOf128Bits) =>
        string.Create(width, value, static (span, rest) =>
        {
            // Ten digits fit into 64 bits, which divide at a fraction of the cost of 128.
            for (var end = span.Length; end > 0; end -= DigitsAtOnce)
            {
                (rest, var few) = UInt128.DivRem(rest, TenDigits);
                Write(span[Math.Max(0, end - DigitsAtOnce)..end], (ulong)few);
            }
        });

    private static void Write(Span<char> span, ulong rest)
    {
        for (var i = span.Length - 1; i >= 0; i--)
        {
            (rest, var digit) = Math.DivRem(rest, 62);
            span[i] = Digits[(int)digit];
        }
    }

    /// <summary>False for a foreign digit or a number of more than 128 bits: 22 digits hold a little more.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out UInt128 value)
    {
        value = 0;
        foreach (var c in text)
        {
            var digit = c switch
            {
                >= '0' and <= '9' => c - '0',
                >= 'A' and <= 'Z' => c - 'A' + 10,
                >= 'a' and <= 'z' => c - 'a' + 36,
                _ => -1,
            };
            if (digit < 0 || value > (UInt128.MaxValue - (UInt128)digit) / 62)
            {
                return false;
            }

            value = (value * 62) + (UInt128)digit;
        }

        return true;
    }

    /// <summary>Uniform random digits: a byte that would favour the low digits is thrown away.</summary>
    public static string Random(int length) => RandomNumberGenerator.GetString(Digits, length);
}

internal sealed class IdJsonConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Id<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(
            typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Converter<T> : JsonConverter<Id<T>>
        where T : IIdKind
    {
        public override Id<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Id<T>.TryParse(reader.GetString(), out var id) ? id : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, Id<T> value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
