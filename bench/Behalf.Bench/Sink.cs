namespace Behalf.Bench;

/// <summary>A collector that takes all that it is sent.</summary>
internal static class Sink
{
    public static async Task<int> RunAsync(string url)
    {
        var app = Slim.Build(url);
        app.Run(static context => context.Request.Body.CopyToAsync(Stream.Null));
        await app.RunAsync();
        return 0;
    }
}
