using System.CommandLine;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Hosting;
using Behalf.Keys;

namespace Behalf.Cli;

/// <summary>The options that all commands on a deployment share, and how they become a server that is built but not listening.</summary>
internal sealed class ServerOptions
{
    public Option<string?> Data { get; } = new("--data") { Description = "Folder of the embedded database, the key file and the admin key (BEHALF_DATA)." };

    public Option<string?> Database { get; } = new("--database") { Description = "postgres:// URL or SQLite file (BEHALF_DATABASE)." };

    public void AddTo(Command command)
    {
        command.Options.Add(Data);
        command.Options.Add(Database);
    }

    /// <exception cref="SettingException">A value cannot be worked with; the message names it.</exception>
    public ServerSettings Read(ParseResult parsed)
    {
        var given = new Dictionary<string, string?>();
        if (parsed.GetValue(Data) is { } data)
        {
            given["DATA"] = data;
        }

        if (parsed.GetValue(Database) is { } database)
        {
            given["DATABASE"] = database;
        }

        return ServerSettings.From(
            new ConfigurationBuilder()
                .AddJsonFile(Path.GetFullPath("behalf.json"), optional: true)
                .AddEnvironmentVariables("BEHALF_")
                .AddInMemoryCollection(given)
                .Build(),
            new ConfigurationBuilder().AddEnvironmentVariables().Build());
    }

    /// <summary>Runs work on the deployment without listening; failures of the operator's making become one sentence.</summary>
    public static async Task<int> RunAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is SettingException or FormatException or CatalogException or KeyProviderException or InvalidOperationException or Problem or DllNotFoundException)
        {
            await Console.Error.WriteLineAsync($"behalf: {e.Message}");
            return 1;
        }
    }

    public Task<int> OnDeploymentAsync(ParseResult parsed, Func<IServiceProvider, Task<int>> work, CancellationToken ct) => RunAsync(async () =>
    {
        await using var app = Server.Build(Read(parsed), builder => builder.Logging.SetMinimumLevel(LogLevel.Warning));
        await Server.PrepareAsync(app.Services, ct);
        return await work(app.Services);
    });
}
