using System.Security.Cryptography;

namespace Behalf.Bench;

/// <summary>The provider: one kilobyte of JSON for whatever is asked, at once or after a while.</summary>
internal static class Upstream
{
    private static readonly byte[] Answer = System.Text.Encoding.UTF8.GetBytes(
        $$"""
        {"id":"m1","from":"bob@sandbox.example","to":"alice@sandbox.example","subject":"Figures","body":"{{new string('x', 860)}}","sent_at":"2026-01-01T00:00:00Z"}
        """);

    /// <summary>Another one each time, as a provider's is.</summary>
    private static byte[] Token() => System.Text.Encoding.UTF8.GetBytes(
        $$"""{"access_token":"{{RandomNumberGenerator.GetHexString(120)}}","token_type":"Bearer","expires_in":3600}""");

    public static async Task<int> RunAsync(string url, int delayMs)
    {
        var app = Slim.Build(url);
        app.Run(async context =>
        {
            if (delayMs > 0)
            {
                await Task.Delay(delayMs);
            }

            var answer = context.Request.Path.StartsWithSegments("/oauth/token") ? Token() : Answer;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.Length;
            await context.Response.BodyWriter.WriteAsync(answer);
        });
        await app.RunAsync();
        return 0;
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
