using System.CommandLine;
using Behalf.Audit.Sealing;
using Behalf.Keys.Local;
using Behalf.Vault;

namespace Behalf.Cli;

/// <summary><c>behalf keys list</c> and <c>behalf keys rotate</c>: the keys of the local key file, which wrap all others.</summary>
internal static class KeysCommand
{
    private const int Batch = 500;

    public static Command Build() => new("keys", "The keys that wrap all other keys.") { List(), Rotate() };

    private static Command List()
    {
        var options = new ServerOptions();
        var command = new Command("list", "Lists the keys of the key file, without the keys themselves.");
        options.AddTo(command);
        command.SetAction((parsed, ct) => options.OnDeploymentAsync(
            parsed,
            services =>
            {
                foreach (var key in services.GetRequiredService<KeyFile>().List())
                {
                    Console.WriteLine($"{key.Id}  {key.State}  since {key.CreatedAt:yyyy-MM-dd}");
                }

                return Task.FromResult(0);
            },
            ct));
        return command;
    }

    private static Command Rotate()
    {
        var options = new ServerOptions();
        var command = new Command("rotate", "Adds a new primary key and wraps all keys with it; the server may be running.");
        options.AddTo(command);
        command.SetAction((parsed, ct) => options.OnDeploymentAsync(
            parsed,
            async services =>
            {
                var id = await services.GetRequiredService<KeyFile>().AddPrimaryAsync(ct);
                var result = await services.GetRequiredService<RewrapProjectKeys>().RunAsync(Batch, ct);
                var signing = await services.GetRequiredService<CheckpointKeys>().RewrapAsync(ct);
                Console.WriteLine(
                    $"{id} is primary; {result.Moved} project keys and {signing} signing keys wrapped again, {result.Broken} could not be opened.");
                return result.Broken == 0 ? 0 : 1;
            },
            ct));
        return command;
    }
}
