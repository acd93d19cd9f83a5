using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Behalf.Broker.Wire;

namespace Behalf.Broker.Calls;

/// <summary>The caller's name for one request (draft-ietf-httpapi-idempotency-key-header): however often the request comes, it
/// has its effect once. A project's keys share their names, so that a retry outlives the rotation of a key; the keys of
/// one user have names of their own.</summary>
internal sealed record IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    /// <summary>Set on an answer that was given before.</summary>
    public const string ReplayedHeader = "Idempotency-Replayed";

    private const int Longest = 255;

    public required Id<IdKinds.Project> Project { get; init; }

    public required byte[] KeyHash { get; init; }

    public required byte[] RequestHash { get; init; }

    /// <summary>Binds a kept answer to its key, in the place where other secrets count their writes.</summary>
    public long Number => BinaryPrimitives.ReadInt64BigEndian(KeyHash) & long.MaxValue;

    /// <summary>Null where the request came without the header.</summary>
    /// <param name="request">All that makes the request what it is.</param>
    public static IdempotencyKey? Of(HttpContext http, Caller caller, params string?[] request)
    {
        if (!http.Request.Headers.TryGetValue(Header, out var values))
        {
            return null;
        }

        var name = values.ToString();
        if (values.Count != 1 || name.Length is 0 or > Longest || name.Any(c => c is < '!' or > '~'))
        {
            throw new Problem(Refusal.InvalidRequest, $"{Header} takes 1 to {Longest} visible ASCII characters without spaces.");
        }

        return new IdempotencyKey
        {
            Project = caller.Project,
            KeyHash = Hash([caller.Kind.ToString(), caller.BoundUser, name]),
            RequestHash = Hash(request),
        };
    }

    private static byte[] Hash(string?[] fields) =>
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(fields, BrokerJson.Default.StringArray));
}
