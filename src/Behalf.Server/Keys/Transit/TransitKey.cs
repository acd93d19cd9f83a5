using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Behalf.Keys.Transit;

/// <summary>A key of the transit engine of Vault or OpenBao. Each version of it is a key of its own here, so that a rotation
/// there shows what is still under the old one. The context travels as <c>associated_data</c>.</summary>
internal sealed class TransitKey : KeyService, IDisposable
{
    public const string Kind = "transit";
    private const string Prefix = "vault:v";

    private readonly TransitAddress _address;
    private readonly TransitHttp _http;
    private readonly TransitLogin _login;
    private readonly KeyServiceCalls _calls;

    public TransitKey(TransitAddress address, TransitAccess access, KeyServiceLimits limits, TimeProvider clock)
        : base(Kind)
    {
        _address = address;
        _http = new TransitHttp(access);
        _login = new TransitLogin(access, address.Server, _http, clock);
        _calls = new KeyServiceCalls(limits, clock);
    }

    /// <summary>Names it among other transit keys.</summary>
    public string Name => _address.Key;

    public void Dispose()
    {
        _login.Dispose();
        _http.Dispose();
        _calls.Dispose();
    }

    protected override bool Has(string keyId) => VersionOf(keyId) is not null;

    protected override async ValueTask<WrappedKey> EncryptAsync(ReadOnlyMemory<byte> key, KeyContext context, CancellationToken ct)
    {
        using var answer = await AskAsync(
            "encrypt",
            json =>
            {
                json.WriteBase64String("plaintext", key.Span);
                json.WriteBase64String("associated_data", context.Write().ToArray());
            },
            ct);
        return TransitJson.FindText(answer, "data", "ciphertext") is { } text && Read(text) is { } read
            ? new WrappedKey { Scheme = Kind, KeyId = IdOf(read.Version), Bytes = read.Bytes }
            : throw TransitFaults.Unreadable();
    }

    protected override async ValueTask<SecretBuffer> DecryptAsync(WrappedKey wrapped, KeyContext context, CancellationToken ct)
    {
        var version = VersionOf(wrapped.KeyId)!.Value;
        using var answer = await AskAsync(
            "decrypt",
            json =>
            {
                json.WriteString("ciphertext", $"{Prefix}{version}:{Convert.ToBase64String(wrapped.Bytes)}");
                json.WriteBase64String("associated_data", context.Write().ToArray());
            },
            ct,
            version);
        return TransitJson.Plaintext(answer);
    }

    private string IdOf(int version) => string.Create(CultureInfo.InvariantCulture, $"{_address.Key}:v{version}");

    private int? VersionOf(string keyId) =>
        keyId.StartsWith(_address.Key + ":v", StringComparison.Ordinal)
        && int.TryParse(keyId.AsSpan(_address.Key.Length + 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : null;

    /// <summary>Kept without its armour, so that every bit that is stored is one that the key vouches for.</summary>
    private static (int Version, byte[] Bytes)? Read(string ciphertext)
    {
        var parts = ciphertext.Split(':');
        var bytes = new byte[ciphertext.Length];
        return parts is ["vault", ['v', .. var number], { Length: > 0 } text]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && Convert.TryFromBase64String(text, bytes, out var length)
                ? (version, bytes[..length])
                : null;
    }

    private Task<TransitAnswer> AskAsync(string verb, Action<Utf8JsonWriter> body, CancellationToken ct, int? version = null) =>
        _calls.RunAsync(
            async token =>
            {
                var answer = await SendAsync(verb, body, token);
                if (answer.IsGood)
                {
                    return answer;
                }

                using (answer)
                {
                    throw TransitFaults.IsTooOld(answer) && version is { } old
                        ? await ExplainOldAsync(old, token)
                        : TransitFaults.Explain(answer, _address);
                }
            },
            ct);

    private async Task<TransitAnswer> SendAsync(string verb, Action<Utf8JsonWriter> body, CancellationToken ct)
    {
        for (var again = false; ; again = true)
        {
            var token = await _login.TokenAsync(ct);

            // Room for the longest key in base64, and the context.
            var answer = await _http.SendAsync(HttpMethod.Post, _address.Call(verb), token, TransitHttp.Json(16 * 1024, body), ct);
            if (answer.Status != 403 || again || !_login.Forget(token))
            {
                return answer;
            }

            answer.Dispose();
        }
    }

    /// <summary>Destroyed only if the engine says that the version was trimmed; where it may not be asked, an operator may
    /// still bring it back.</summary>
    private async Task<KeyProviderException> ExplainOldAsync(int version, CancellationToken ct)
    {
        using var answer = await _http.SendAsync(HttpMethod.Get, _address.Call("keys"), await _login.TokenAsync(ct), null, ct);
        return answer.IsGood && TransitJson.Find(answer, "data", "min_available_version") is { ValueKind: JsonValueKind.Number } found
            && found.TryGetInt32(out var least) && version < least
                ? new KeyProviderException(KeyFault.Deleted, $"{IdOf(version)} was trimmed away, and what it wrapped with it.")
                : new KeyProviderException(KeyFault.Disabled, $"{IdOf(version)} is below min_decryption_version.");
    }
}
