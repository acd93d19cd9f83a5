using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Behalf.Keys.Local;

internal enum KeyState
{
    /// <summary>Opens what it wrapped.</summary>
    Active,

    /// <summary>Kept, but opens nothing until it is enabled again: the rehearsal for deleting it.</summary>
    Disabled,

    /// <summary>Erased; the id stays, so that what it wrapped is known to be lost.</summary>
    Deleted,
}

/// <summary>One key of the ring.</summary>
internal sealed record RingKey
{
    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public KeyState State { get; init; } = KeyState.Active;

    /// <summary>When it was taken out of use; null while it is in use.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>Null once it is deleted. Owned by the ring.</summary>
    public SecretBuffer? Key { get; init; }
}

/// <summary>What the key file says: keys by id, one of them primary.
/// <code>
/// { "version": 1, "primary": "4fTq…", "keys": [ { "id": "4fTq…", "created_at": "…", "state": "active", "key": "base64" } ] }
/// </code></summary>
internal sealed class KeyRing : IDisposable
{
    private const int Version = 1;
    private const int IdLength = 12;
    private readonly List<RingKey> _keys = [];
    private string _primary = "";

    public IReadOnlyList<RingKey> Keys => _keys;

    public RingKey Primary => Find(_primary) ?? throw new InvalidOperationException("The key ring is empty.");

    public RingKey? Find(string id) => _keys.Find(key => key.Id == id);

    /// <summary>Adds a key that wraps from now on; the others go on opening what they wrapped.</summary>
    public RingKey AddPrimary(DateTimeOffset now)
    {
        var key = new RingKey
        {
            Id = Base62.Random(IdLength),
            CreatedAt = now,
            Key = SecretBuffer.Random(SealingKey.KeyLength),
        };
        _keys.Add(key);
        _primary = key.Id;
        return key;
    }

    public void Replace(RingKey key) => _keys[_keys.FindIndex(other => other.Id == key.Id)] = key;

    /// <exception cref="FormatException">It is no key ring; the message says what is wrong, and nothing of the content.</exception>
    public static KeyRing Parse(SecretBuffer content)
    {
        var ring = new KeyRing();
        try
        {
            using var document = JsonDocument.Parse(content.Memory);
            var root = document.RootElement;
            Require(root.GetProperty("version").GetInt32() == Version, "its version is not 1");
            foreach (var key in root.GetProperty("keys").EnumerateArray())
            {
                ring._keys.Add(ParseKey(key));
            }

            ring._primary = root.GetProperty("primary").GetString() ?? "";
            Require(ring._keys.DistinctBy(key => key.Id).Count() == ring._keys.Count, "two keys have one id");
            Require(ring.Find(ring._primary)?.State == KeyState.Active, "its primary key is not an active key");
            return ring;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            ring.Dispose();
            // The inner exception is left out: a JSON error quotes what it could not read.
            throw new FormatException(e is FormatException ? e.Message : "it is not the JSON of a key ring");
        }
    }

    /// <summary>The file's content, on a buffer that the caller clears (<see cref="ArrayBufferWriter{T}.Clear"/> zeroes it).</summary>
    public ArrayBufferWriter<byte> Write()
    {
        // Large enough at once: a buffer that grows leaves a copy behind.
        var output = new ArrayBufferWriter<byte>(256 + (512 * _keys.Count));
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("primary", _primary);
        json.WriteStartArray("keys");
        foreach (var key in _keys)
        {
            json.WriteStartObject();
            json.WriteString("id", key.Id);
            json.WriteString("created_at", key.CreatedAt);
            json.WriteString("state", NameOf(key.State));
            if (key.DisabledAt is { } disabledAt)
            {
                json.WriteString("disabled_at", disabledAt);
            }

            if (key.Key is not null)
            {
                json.WriteBase64String("key", key.Key.Span);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return output;
    }

    public void Dispose() => _keys.ForEach(key => key.Key?.Dispose());

    private static RingKey ParseKey(JsonElement json)
    {
        var state = json.GetProperty("state").GetString() switch
        {
            "active" => KeyState.Active,
            "disabled" => KeyState.Disabled,
            "deleted" => KeyState.Deleted,
            _ => throw new FormatException("a key's state is none of active, disabled, deleted"),
        };
        return new RingKey
        {
            Id = json.GetProperty("id").GetString() ?? "",
            CreatedAt = json.GetProperty("created_at").GetDateTimeOffset(),
            State = state,
            DisabledAt = json.TryGetProperty("disabled_at", out var disabledAt) ? disabledAt.GetDateTimeOffset() : null,
            Key = state == KeyState.Deleted ? null : ParseKeyBytes(json.GetProperty("key")),
        };
    }

    private static SecretBuffer ParseKeyBytes(JsonElement json)
    {
        var bytes = json.GetBytesFromBase64();
        var key = SecretBuffer.CopyOf(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        Require(key.Length == SealingKey.KeyLength, "a key is not 32 bytes long");
        return key;
    }

    private static string NameOf(KeyState state) => state switch
    {
        KeyState.Active => "active",
        KeyState.Disabled => "disabled",
        KeyState.Deleted => "deleted",
        _ => throw new InvalidOperationException($"no name for the state {state}"),
    };

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new FormatException(otherwise);
        }
    }
}
