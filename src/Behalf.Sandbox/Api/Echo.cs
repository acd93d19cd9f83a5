using System.Buffers.Text;
using System.IO.Compression;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using Behalf.Sandbox.Ledger;
using Behalf.Sandbox.Provider;
using Microsoft.AspNetCore.Http.Features;

namespace Behalf.Sandbox.Api;

/// <summary>How an echo is dressed, so that whoever must not let a credential through can be tried with each
/// dress.</summary>
internal sealed record EchoDress
{
    /// <summary><c>raw</c>, <c>json</c> (a JSON string in JSON), <c>url</c>, <c>hex</c>, <c>base64</c> or
    /// <c>base64url</c>.</summary>
    public string? As { get; init; }

    /// <summary>How many characters stand before what is encoded: base64 looks different at each of three.</summary>
    public int? Shift { get; init; }

    /// <summary><c>body</c>, <c>error</c> (body of a 500), <c>header</c> or <c>location</c> (of a redirect).</summary>
    public string? Place { get; init; }

    /// <summary><c>gzip</c>, <c>br</c> or <c>deflate</c>.</summary>
    public string? Coding { get; init; }

    /// <summary>How many bytes are sent at a time, so that a chunk ends inside the credential.</summary>
    public int? Chunk { get; init; }
}

/// <summary><c>/api/echo</c>: tells the caller what it sent, credential included.</summary>
internal static class Echo
{
    private sealed record Reflection(
        string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body)
    {
        public static Reflection Of(LedgerRequest request, QueryString query) =>
            new(request.Method, request.Path, query.ToString(), request.Headers, request.Body);
    }

    public static Task HandleAsync(HttpContext context, [AsParameters] EchoDress dress)
    {
        var request = context.Features.GetRequiredFeature<LedgerRequest>();
        var response = context.Response;
        var text = dress.Place is "header" or "location"
            ? context.Request.Headers.Authorization.ToString()
            : JsonSerializer.Serialize(Reflection.Of(request, context.Request.QueryString), JsonSerializerOptions.Web);
        var dressed = Encode(new string('.', dress.Shift ?? 0) + text, dress.As);
        switch (dress.Place)
        {
            case "header":
                response.Headers["X-Reflected"] = dressed;
                return Task.CompletedTask;
            case "location":
                response.Redirect($"/api/echo?seen={Uri.EscapeDataString(dressed)}");
                return Task.CompletedTask;
            default:
                response.StatusCode = dress.Place == "error" ? 500 : 200;
                return SendAsync(context, dressed, dress);
        }
    }

    private static string Encode(string text, string? form) => form switch
    {
        null or "raw" => text,
        "json" => JsonSerializer.Serialize(new { text }),
        "url" => Uri.EscapeDataString(text),
        "hex" => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)),
        "base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
        "base64url" => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text)),
        _ => throw new Refused(400, "invalid_request", "as is raw, json, url, hex, base64 or base64url."),
    };

    private static async Task SendAsync(HttpContext context, string text, EchoDress dress)
    {
        var (response, ct) = (context.Response, context.RequestAborted);
        var isJson = dress.As is null or "raw" or "json";
        response.ContentType = isJson ? MediaTypeNames.Application.Json : MediaTypeNames.Text.Plain;
        var body = Pack(Encoding.UTF8.GetBytes(text), dress.Coding);
        if (dress.Coding is { } coding)
        {
            response.Headers.ContentEncoding = coding;
        }

        foreach (var piece in body.Chunk(Math.Max(1, dress.Chunk ?? body.Length)))
        {
            await response.Body.WriteAsync(piece, ct);
            await response.Body.FlushAsync(ct);
        }
    }

    private static byte[] Pack(byte[] body, string? coding)
    {
        using var packed = new MemoryStream();
        // Optimal: the fastest Brotli leaves a short text as it is now and then, the credential in plain sight.
        using (Stream packer = coding switch
        {
            null => packed,
            "gzip" => new GZipStream(packed, CompressionLevel.Optimal),
            "br" => new BrotliStream(packed, CompressionLevel.Optimal),
            "deflate" => new ZLibStream(packed, CompressionLevel.Optimal),
            _ => throw new Refused(400, "invalid_request", "coding is gzip, br or deflate."),
        })
        {
            packer.Write(body);
        }

        return packed.ToArray();
    }
}
