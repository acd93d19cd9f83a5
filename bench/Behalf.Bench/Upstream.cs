using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Behalf.Bench;

/// <summary>The provider: one kilobyte of JSON for whatever is asked, at once or after a while, with the time that it took in
/// it; and tokens, which it counts.</summary>
internal static class Upstream
{
    public const string CountPath = "/oauth/count";

    private const string Before = "\"took_us\":\"";
    private static readonly byte[] Template = Encoding.UTF8.GetBytes(
        $$"""
        {"id":"m1","from":"bob@sandbox.example","to":"alice@sandbox.example","subject":"Figures",{{Before}}0000000000","body":"{{new string('x', 840)}}","sent_at":"2026-01-01T00:00:00Z"}
        """);

    private static readonly int TookAt = Template.AsSpan().IndexOf(TookBefore) + Before.Length;
    private static int tokens;

    /// <summary>Is in its answer, and in no refusal.</summary>
    public static ReadOnlySpan<byte> Sign => "\"Figures\""u8;

    public static ReadOnlySpan<byte> TookBefore => "\"took_us\":\""u8;

    public static async Task<int> RunAsync(string url, int delayMs)
    {
        var app = Slim.Build(url);
        app.Run(async context =>
        {
            var began = Stopwatch.GetTimestamp();
            if (context.Request.Path == CountPath)
            {
                await context.Response.WriteAsync(Volatile.Read(ref tokens).ToString(CultureInfo.InvariantCulture));
                return;
            }

            if (delayMs > 0)
            {
                await Task.Delay(delayMs);
            }

            context.Response.ContentType = "application/json";
            if (context.Request.Path.StartsWithSegments("/oauth/token"))
            {
                await context.Response.WriteAsync(await TokenAsync(context.Request));
                return;
            }

            context.Response.ContentLength = Template.Length;
            Fill(context.Response.BodyWriter.GetSpan(Template.Length), began);
            context.Response.BodyWriter.Advance(Template.Length);
            await context.Response.BodyWriter.FlushAsync();
        });
        await app.RunAsync();
        return 0;
    }

    private static void Fill(Span<byte> answer, long began)
    {
        Template.CopyTo(answer);
        Utf8Formatter.TryFormat((long)Stopwatch.GetElapsedTime(began).TotalMicroseconds, answer[TookAt..], out _, new('D', 10));
    }

    /// <summary>Another one each time, as a provider's is; for a user's consent one that can be renewed.</summary>
    private static async Task<string> TokenAsync(HttpRequest request)
    {
        Interlocked.Increment(ref tokens);
        var form = await request.ReadFormAsync();
        var more = form["grant_type"] == "client_credentials" ? "" : $",\"refresh_token\":\"{RandomNumberGenerator.GetHexString(60)}\"";
        return $$"""{"access_token":"{{RandomNumberGenerator.GetHexString(120)}}","token_type":"Bearer","expires_in":3600{{more}}}""";
    }
}

internal static class Slim
{
    public static WebApplication Build(string url)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(url);
        return builder.Build();
    }
}
