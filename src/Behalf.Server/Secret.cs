using System.Text.Json;
using System.Text.Json.Serialization;

namespace Behalf;

/// <summary>A value that must never reach a log, an exception message or a response by accident.</summary>
[JsonConverter(typeof(SecretJsonConverter))]
internal readonly struct Secret(string value) : IEquatable<Secret>
{
    private readonly string? _value = value;

    public bool IsEmpty => string.IsNullOrEmpty(_value);

    /// <summary>Every call site is a place where a credential leaves the vault: keep them few and greppable.</summary>
    public string Reveal() => _value ?? "";

    public override string ToString() => "[secret]";

    public bool Equals(Secret other) =>
        System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(Reveal().AsSpan()),
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(other.Reveal().AsSpan()));

    public override bool Equals(object? obj) => obj is Secret other && Equals(other);

    /// <summary>The same for all, so that a hash code tells nothing of the value; secrets are not dictionary keys.</summary>
    public override int GetHashCode() => 0;
}

/// <summary>Reads a secret from a request, never writes one.</summary>
internal sealed class SecretJsonConverter : JsonConverter<Secret>
{
    public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
        writer.WriteStringValue("[secret]");
}
