using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Behalf.Tests.Keys.Services;

/// <summary>The transit engine of Vault and OpenBao, with the ways to log in; refusals in their own sentences.</summary>
internal sealed class FakeTransit : FakeKeyService
{
    public const string Name = "behalf";
    private const string Prefix = "vault:v";

    private readonly ConcurrentDictionary<int, byte[]> _versions = new();
    private int _logins;

    /// <summary>Tokens that are good.</summary>
    public ConcurrentDictionary<string, bool> Tokens { get; } = new();

    public string? Namespace { get; set; }

    public int Latest => _versions.Keys.Max();

    public int MinDecryptionVersion { get; set; }

    public int MinAvailableVersion { get; set; }

    /// <summary>Whether it passes over <c>associated_data</c>, as Vault before 1.13 does.</summary>
    public bool PassesOverContext { get; set; }

    /// <summary>Of a login or a renewal, in seconds.</summary>
    public int Lease { get; set; } = 3600;

    public string? RoleSecret { get; set; }

    public string? KubernetesToken { get; set; }

    public string KeyUrl => $"{Url}/v1/transit/keys/{Name}";

    public static async Task<FakeTransit> StartAsync()
    {
        var transit = new FakeTransit();
        transit.Rotate();
        await transit.ListenAsync();
        return transit;
    }

    public int Rotate()
    {
        var version = _versions.Count + 1;
        _versions[version] = RandomNumberGenerator.GetBytes(32);
        return version;
    }

    protected override string NameOf(HttpContext http) => http.Request.Path.Value!.Replace("/v1/", "", StringComparison.Ordinal);

    protected override Task RefuseAsync(HttpContext http) => FailAsync(http, 403, "permission denied " + Canary);

    protected override Task AnswerAsync(HttpContext http, byte[] body)
    {
        if (http.Request.Headers["X-Vault-Request"] != "true" || (Namespace is { } space && http.Request.Headers["X-Vault-Namespace"] != space))
        {
            return FailAsync(http, 404, "no handler for route " + Canary);
        }

        var json = body.Length > 0 ? JsonDocument.Parse(body).RootElement : default;
        var path = NameOf(http);
        if (path.StartsWith("auth/", StringComparison.Ordinal) && path.EndsWith("/login", StringComparison.Ordinal))
        {
            return LogInAsync(http, path, json);
        }

        var token = http.Request.Headers["X-Vault-Token"].ToString();
        if (!Tokens.ContainsKey(token))
        {
            return FailAsync(http, 403, "permission denied");
        }

        return path switch
        {
            "auth/token/renew-self" => GrantAsync(http, token),
            "transit/keys/" + Name => WriteAsync(http, 200, JsonSerializer.Serialize(new
            {
                data = new { latest_version = Latest, min_decryption_version = MinDecryptionVersion, min_available_version = MinAvailableVersion },
            })),
            "transit/encrypt/" + Name => EncryptAsync(http, json),
            "transit/decrypt/" + Name => DecryptAsync(http, json),
            "transit/encrypt/none" or "transit/decrypt/none" => FailAsync(http, 400, "encryption key not found"),
            _ => FailAsync(http, 404, "no handler for route"),
        };
    }

    private Task LogInAsync(HttpContext http, string path, JsonElement json)
    {
        var good = path switch
        {
            "auth/approle/login" => RoleSecret is { } secret && json.GetProperty("role_id").GetString() == "role" && json.GetProperty("secret_id").GetString() == secret,
            "auth/kubernetes/login" => KubernetesToken is { } jwt && json.GetProperty("role").GetString() == "behalf" && json.GetProperty("jwt").GetString() == jwt,
            _ => false,
        };
        if (!good)
        {
            return FailAsync(http, 400, "invalid role or secret ID " + Canary);
        }

        var token = $"hvs.{Interlocked.Increment(ref _logins)}";
        Tokens[token] = true;
        return GrantAsync(http, token);
    }

    private Task GrantAsync(HttpContext http, string token) =>
        WriteAsync(http, 200, JsonSerializer.Serialize(new { auth = new { client_token = token, lease_duration = Lease, renewable = true } }));

    private Task EncryptAsync(HttpContext http, JsonElement json)
    {
        var version = Latest;
        var box = FakeBox.Seal(_versions[version], json.GetProperty("plaintext").GetBytesFromBase64(), Associated(json));
        return WriteAsync(http, 200, JsonSerializer.Serialize(new
        {
            data = new { ciphertext = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{version}:{Convert.ToBase64String(box)}"), key_version = version },
        }));
    }

    private Task DecryptAsync(HttpContext http, JsonElement json)
    {
        var parts = json.GetProperty("ciphertext").GetString()!.Split(':');
        var version = int.Parse(parts[1][1..], CultureInfo.InvariantCulture);
        if (version > Latest)
        {
            return FailAsync(http, 400, "invalid ciphertext: version is too new");
        }

        if (version < MinDecryptionVersion)
        {
            return FailAsync(http, 400, "ciphertext or signature version is disallowed by policy (too old)");
        }

        return FakeBox.Open(_versions[version], Convert.FromBase64String(parts[2]), Associated(json)) is { } plaintext
            ? WriteAsync(http, 200, JsonSerializer.Serialize(new { data = new { plaintext = Convert.ToBase64String(plaintext) } }))
            : FailAsync(http, 400, "cipher: message authentication failed");
    }

    private byte[] Associated(JsonElement json) =>
        PassesOverContext || !json.TryGetProperty("associated_data", out var data) ? [] : data.GetBytesFromBase64();

    private static Task FailAsync(HttpContext http, int status, string error) =>
        WriteAsync(http, status, JsonSerializer.Serialize(new { errors = new[] { error } }));
}
