using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Behalf.Tests.Keys.Services;

/// <summary>Verifies requests as AWS does, from what its documentation says of Signature Version 4.</summary>
internal static partial class SignatureV4
{
    /// <returns>Null if it is signed with the secret for this region and service, by now and over this body; else what is wrong.</returns>
    public static string? Objection(HttpRequest request, byte[] body, string keyId, string secret, string region, string service)
    {
        var match = Authorization().Match(request.Headers.Authorization.ToString());
        if (!match.Success)
        {
            return "no signature";
        }

        var (date, time) = (match.Groups["date"].Value, request.Headers["X-Amz-Date"].ToString());
        if (match.Groups["key"].Value != keyId || match.Groups["scope"].Value != $"{region}/{service}")
        {
            return "another key, region or service";
        }

        if (!DateTimeOffset.TryParseExact(
                time, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            || !time.StartsWith(date, StringComparison.Ordinal)
            || (TimeProvider.System.GetUtcNow() - at).Duration() > TimeSpan.FromMinutes(15))
        {
            return "not of now";
        }

        var signed = match.Groups["headers"].Value.Split(';');
        if (!signed.Contains("host") || !signed.Contains("x-amz-date") || !signed.Contains("x-amz-target"))
        {
            return "too little is signed";
        }

        var headers = string.Concat(signed.Select(name => $"{name}:{request.Headers[name].ToString().Trim()}\n"));
        var canonical = $"{request.Method}\n{request.Path}\n\n{headers}\n{match.Groups["headers"].Value}\n{Hex(SHA256.HashData(body))}";
        var scope = $"{date}/{region}/{service}/aws4_request";
        var toSign = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = new[] { date, region, service, "aws4_request" }
            .Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), (made, part) => HMACSHA256.HashData(made, Encoding.UTF8.GetBytes(part)));
        return Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign))) == match.Groups["signature"].Value ? null : "the signature does not match";
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    [GeneratedRegex(
        @"^AWS4-HMAC-SHA256 Credential=(?<key>[^/]+)/(?<date>\d{8})/(?<scope>[^/]+/[^/]+)/aws4_request, ?SignedHeaders=(?<headers>[a-z0-9;-]+), ?Signature=(?<signature>[0-9a-f]{64})$")]
    private static partial Regex Authorization();
}
