namespace Behalf.Hosting;

/// <summary>Builds the server: what exists and in what order.</summary>
internal static class Server
{
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        adjust?.Invoke(builder);

        var app = builder.Build();
        return app;
    }
}
