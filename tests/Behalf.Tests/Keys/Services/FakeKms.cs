using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Behalf.Tests.Keys.Services;

internal enum KmsKeyState
{
    Enabled,
    Disabled,
    PendingDeletion,
}

/// <summary>AWS KMS, as far as Encrypt and Decrypt go: JSON 1.1, requests signed, errors by <c>__type</c>.</summary>
internal sealed class FakeKms : FakeKeyService
{
    public const string Region = "eu-central-1";
    public const string AccessKey = "AKIDEXAMPLE";
    public const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string Target = "TrentService.";

    private static readonly Lazy<Task<FakeKms>> Shared = new(StartForThisProcessAsync);

    private readonly ConcurrentDictionary<string, byte[]> _keys = new();

    public ConcurrentDictionary<string, KmsKeyState> States { get; } = new();

    /// <summary>Every encryption context that was sent.</summary>
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Contexts { get; } = new();

    /// <summary>Whether it passes over the encryption context, as no service should.</summary>
    public bool PassesOverContext { get; set; }

    public static async Task<FakeKms> StartAsync()
    {
        var kms = new FakeKms();
        await kms.ListenAsync();
        return kms;
    }

    /// <summary>The one that servers in this process find in AWS's place. Keys are for each test its own; the rest is to be left
    /// alone. Nobody disposes of it.</summary>
    public static Task<FakeKms> SharedAsync() => Shared.Value;

    /// <summary>What a process needs to find it in AWS's place.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["AWS_ENDPOINT_URL_KMS"] = Url,
        ["AWS_ACCESS_KEY_ID"] = AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = SecretKey,
    };

    public string AddKey()
    {
        var arn = $"arn:aws:kms:{Region}:111122223333:key/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";
        _keys[arn] = RandomNumberGenerator.GetBytes(32);
        States[arn] = KmsKeyState.Enabled;
        return arn;
    }

    /// <summary>What happens when the waiting time of a deletion is over.</summary>
    public void Destroy(string arn) => _keys.TryRemove(arn, out _);

    protected override string NameOf(HttpContext http) => http.Request.Headers["X-Amz-Target"].ToString().Replace(Target, "", StringComparison.Ordinal);

    protected override Task RefuseAsync(HttpContext http) => FailAsync(http, "AccessDeniedException");

    protected override Task AnswerAsync(HttpContext http, byte[] body)
    {
        if (SignatureV4.Objection(http.Request, body, AccessKey, SecretKey, Region, "kms") is { } objection)
        {
            return FailAsync(http, "InvalidSignatureException", objection);
        }

        using var request = JsonDocument.Parse(body);
        var arn = request.RootElement.GetProperty("KeyId").GetString()!;
        if (!_keys.TryGetValue(arn, out var key))
        {
            return FailAsync(http, "NotFoundException");
        }

        if (States[arn] != KmsKeyState.Enabled)
        {
            return FailAsync(http, States[arn] == KmsKeyState.Disabled ? "DisabledException" : "KMSInvalidStateException");
        }

        var context = request.RootElement.TryGetProperty("EncryptionContext", out var sent)
            ? sent.Deserialize<SortedDictionary<string, string>>()!
            : [];
        Contexts.Enqueue(context);
        var associated = PassesOverContext ? [] : Encoding.UTF8.GetBytes(JsonSerializer.Serialize(context));
        return NameOf(http) switch
        {
            "Encrypt" => EncryptAsync(http, arn, key, associated, request.RootElement.GetProperty("Plaintext").GetBytesFromBase64()),
            "Decrypt" => DecryptAsync(http, arn, key, associated, request.RootElement.GetProperty("CiphertextBlob").GetBytesFromBase64()),
            _ => FailAsync(http, "UnknownOperationException"),
        };
    }

    private static Task EncryptAsync(HttpContext http, string arn, byte[] key, byte[] associated, byte[] plaintext) =>
        plaintext.Length is 0 or > 4096
            ? FailAsync(http, "ValidationException")
            : WriteAsync(http, 200, JsonSerializer.Serialize(new
            {
                CiphertextBlob = Convert.ToBase64String([.. IdOf(arn), .. FakeBox.Seal(key, plaintext, associated)]),
                EncryptionAlgorithm = "SYMMETRIC_DEFAULT",
                KeyId = arn,
            }));

    private Task DecryptAsync(HttpContext http, string arn, byte[] key, byte[] associated, byte[] blob)
    {
        // The blob names its key, as the real one does: another one given is an error of its own.
        if (blob.Length > 32 && !blob.AsSpan(0, 32).SequenceEqual(IdOf(arn)) && _keys.Keys.Any(other => blob.AsSpan(0, 32).SequenceEqual(IdOf(other))))
        {
            return FailAsync(http, "IncorrectKeyException");
        }

        return blob.Length > 32 && blob.AsSpan(0, 32).SequenceEqual(IdOf(arn)) && FakeBox.Open(key, blob[32..], associated) is { } plaintext
            ? WriteAsync(http, 200, JsonSerializer.Serialize(new { EncryptionAlgorithm = "SYMMETRIC_DEFAULT", KeyId = arn, Plaintext = Convert.ToBase64String(plaintext) }))
            : FailAsync(http, "InvalidCiphertextException");
    }

    private static async Task<FakeKms> StartForThisProcessAsync()
    {
        var kms = await StartAsync();
        foreach (var (name, value) in kms.Environment)
        {
            // The SDK looks for them in the process, and nothing else in it speaks to AWS.
            System.Environment.SetEnvironmentVariable(name, value);
        }

        return kms;
    }

    private static byte[] IdOf(string arn) => SHA256.HashData(Encoding.UTF8.GetBytes(arn));

    private static Task FailAsync(HttpContext http, string type, string message = Canary)
    {
        http.Response.Headers["x-amzn-ErrorType"] = type;
        return WriteAsync(http, 400, JsonSerializer.Serialize(new { __type = type, message }));
    }
}
