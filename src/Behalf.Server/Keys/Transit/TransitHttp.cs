using System.Buffers;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Behalf.Keys.Transit;

/// <summary>An answer, on memory that is zeroed.</summary>
internal sealed record TransitAnswer(int Status, SecretBuffer Body) : IDisposable
{
    public bool IsGood => Status is >= 200 and < 300;

    public void Dispose() => Body.Dispose();
}

/// <summary>The connections to the one server that <c>BEHALF_KEYS</c> names.</summary>
internal sealed class TransitHttp : IDisposable
{
    private const int LongestAnswer = 64 * 1024;

    private readonly HttpMessageInvoker _http;
    private readonly string? _namespace;

    public TransitHttp(TransitAccess access)
    {
        _namespace = access.Namespace;
        _http = new HttpMessageInvoker(Handler(access.CaFile));
    }

    /// <summary>Sends once.</summary>
    /// <param name="method">GET without a body, or POST.</param>
    /// <param name="url">On the server.</param>
    /// <param name="token">None when logging in.</param>
    /// <param name="body">Zeroed afterwards, because a key may be in it.</param>
    /// <param name="ct">The call's deadline.</param>
    /// <exception cref="KeyProviderException">There is no answer.</exception>
    public async Task<TransitAnswer> SendAsync(
        HttpMethod method, Uri url, Secret? token, ArrayBufferWriter<byte>? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, url);

        // Both servers refuse what lacks it where they were told to: a browser cannot be made to send it.
        request.Headers.Add("X-Vault-Request", "true");
        if (token is { } shown)
        {
            request.Headers.Add("X-Vault-Token", shown.Reveal());
        }

        if (_namespace is not null)
        {
            request.Headers.Add("X-Vault-Namespace", _namespace);
        }

        if (body is not null)
        {
            request.Content = new ReadOnlyMemoryContent(body.WrittenMemory);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        try
        {
            using var answer = await _http.SendAsync(request, ct);
            return new TransitAnswer((int)answer.StatusCode, await ReadAsync(answer.Content, ct));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new KeyProviderException(KeyFault.Unavailable, $"{url.Authority} was not reached, or broke off ({e.GetType().Name}).");
        }
        finally
        {
            body?.Clear();
        }
    }

    public static ArrayBufferWriter<byte> Json(int room, Action<Utf8JsonWriter> write)
    {
        // Large enough at once: a buffer that grows leaves a copy behind.
        var output = new ArrayBufferWriter<byte>(room);
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return output;
    }

    public void Dispose() => _http.Dispose();

    private static async Task<SecretBuffer> ReadAsync(HttpContent content, CancellationToken ct)
    {
        using var whole = new SecretBuffer(LongestAnswer);
        await using var stream = await content.ReadAsStreamAsync(ct);
        var length = await stream.ReadAtLeastAsync(whole.Memory, LongestAnswer, throwOnEndOfStream: false, ct);
        return length < LongestAnswer
            ? SecretBuffer.CopyOf(whole.Span[..length])
            : throw new KeyProviderException(KeyFault.Unavailable, "The answer is longer than any that was asked for.");
    }

    private static SocketsHttpHandler Handler(string? caFile)
    {
#pragma warning disable RS0030 // The guard is for addresses that projects and providers choose. This one is the operator's, and mostly private.
        var handler = new SocketsHttpHandler
#pragma warning restore RS0030
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(3),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (caFile is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(caFile);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        return handler;
    }
}
