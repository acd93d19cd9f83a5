using System.CommandLine;
using Behalf.Hosting;

namespace Behalf.Cli;

/// <summary><c>behalf serve</c>.</summary>
internal static class ServeCommand
{
    public static Command Build()
    {
        var options = new ServerOptions();
        var urls = new Option<string?>("--urls") { Description = "Where to listen; default http://127.0.0.1:8460." };
        var command = new Command("serve", "Runs the server.") { urls };
        options.AddTo(command);
        command.SetAction((parsed, ct) => ServerOptions.RunAsync(async () =>
        {
            await using var app = Server.Build(
                options.Read(parsed), builder => builder.WebHost.UseUrls(parsed.GetValue(urls) ?? "http://127.0.0.1:8460"));
            await Server.StartAsync(app, ct);
            await app.WaitForShutdownAsync(ct);
            return 0;
        }));
        return command;
    }
}
