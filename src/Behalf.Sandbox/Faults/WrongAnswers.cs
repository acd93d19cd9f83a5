using System.IO.Compression;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using Behalf.Sandbox.Ledger;
using Behalf.Sandbox.Provider;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Behalf.Sandbox.Faults;

/// <summary>Complete HTTP messages that are not what was asked for.</summary>
internal static class WrongAnswers
{
    private const int HugeMegabytes = 50;
    private const int BombMembers = 160;
    private const int BombMemberSize = 64 * 1024 * 1024;

    private const string Maintenance =
        "<!DOCTYPE html><html lang=\"en\"><head><title>Down</title></head><body><h1>Back soon</h1></body></html>";

    /// <summary>The form fields that hold something secret.</summary>
    private static readonly string[] SecretFields =
        ["refresh_token", "code", "code_verifier", "token", "client_secret"];

    /// <summary>Packed once: every member of a gzip stream may be the same (RFC 1952 §2.2).</summary>
    private static readonly Lazy<byte[]> BombMember = new(() =>
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var block = Encoding.ASCII.GetBytes(new string(' ', 1024 * 1024));
            for (var written = 0; written < BombMemberSize; written += block.Length)
            {
                gzip.Write(block);
            }
        }

        return packed.ToArray();
    });

    public static Task SendAsync(HttpContext context, Fault fault)
    {
        Task Error(int status, string error, string description) =>
            ErrorAsync(context, status, new RefusalBody(error, description), fault.RetryAfter);

        return fault.Kind switch
        {
            FaultKind.Status500 => Error(500, "server_error", "Something broke."),
            FaultKind.Status502 => Error(502, "bad_gateway", "Nothing behind the gateway."),
            FaultKind.Status503 => Error(503, "temporarily_unavailable", "Come back later."),
            FaultKind.Status429 => Error(429, "rate_limited", "Too many requests."),
            FaultKind.InvalidGrant => Error(400, "invalid_grant", "The grant is not valid."),
            FaultKind.InvalidClient => Error(401, "invalid_client", "The client is not known."),
            FaultKind.EchoSecret => Error(400, "invalid_request", $"Cannot work with {SecretsIn(context)}."),
            FaultKind.Html200 => SendAsync(context, Encoding.UTF8.GetBytes(Maintenance), MediaTypeNames.Text.Html),
            FaultKind.Garbage => SendAsync(context, RandomNumberGenerator.GetBytes(4096)),
            FaultKind.HugeBody => HugeBodyAsync(context),
            FaultKind.GzipBomb => GzipBombAsync(context),
            _ => throw new InvalidOperationException($"{fault.Kind} is not an answer."),
        };
    }

    public static async Task SendAsync(
        HttpContext context, ReadOnlyMemory<byte> body, string contentType = MediaTypeNames.Application.Json)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static Task ErrorAsync(HttpContext context, int status, RefusalBody body, int? retryAfter)
    {
        context.Response.StatusCode = status;
        if (retryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = $"{seconds}";
        }

        return context.Response.WriteAsJsonAsync(body, context.RequestAborted);
    }

    private static async Task HugeBodyAsync(HttpContext context)
    {
        var block = Encoding.ASCII.GetBytes(new string('a', 1_000_000));
        var (start, end) = ("{\"padding\":\""u8.ToArray(), "\"}"u8.ToArray());
        context.Response.ContentType = MediaTypeNames.Application.Json;
        context.Response.ContentLength = start.Length + (block.Length * (long)HugeMegabytes) + end.Length;
        await context.Response.Body.WriteAsync(start, context.RequestAborted);
        for (var i = 0; i < HugeMegabytes; i++)
        {
            await context.Response.Body.WriteAsync(block, context.RequestAborted);
        }

        await context.Response.Body.WriteAsync(end, context.RequestAborted);
    }

    private static async Task GzipBombAsync(HttpContext context)
    {
        context.Response.ContentType = MediaTypeNames.Application.Json;
        context.Response.Headers.ContentEncoding = "gzip";
        context.Response.ContentLength = BombMember.Value.Length * (long)BombMembers;
        for (var i = 0; i < BombMembers; i++)
        {
            await context.Response.Body.WriteAsync(BombMember.Value, context.RequestAborted);
        }
    }

    private static string SecretsIn(HttpContext context)
    {
        var form = context.Request.HasFormContentType
            ? QueryHelpers.ParseQuery(context.Features.GetRequiredFeature<LedgerRequest>().Body)
            : [];
        var headers = context.Request.Headers;
        string[] credentials = [headers.Authorization.ToString(), headers["X-Api-Key"].ToString()];
        var fields = SecretFields.Select(field => form.GetValueOrDefault(field).ToString());
        return string.Join(' ', fields.Concat(credentials).Where(value => value.Length > 0));
    }
}
