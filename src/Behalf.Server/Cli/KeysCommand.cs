using System.CommandLine;
using Behalf.Keys;
using Behalf.Vault;

namespace Behalf.Cli;

/// <summary><c>behalf keys</c>: what wraps what, and the steps of a rotation, each while the server runs.</summary>
internal static class KeysCommand
{
    public static Command Build() => new("keys", "The keys that wrap all other keys.")
    {
        List(), RotateKeys.Rotate(), RotateKeys.Rewrap(), Disable(), Enable(), Delete(),
    };

    /// <summary>Given with an id it is that project; without one, every project.</summary>
    public static Option<string?> ProjectOption() => new("--project")
    {
        Description = "The keys of a project (pr_…), or of all projects, instead of those of the key file.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static Command List()
    {
        var options = new ServerOptions();
        var project = ProjectOption();
        var command = new Command("list", "Lists keys and how much each still wraps, without the keys themselves.") { project };
        options.AddTo(command);
        command.SetAction((parsed, ct) => options.OnDeploymentAsync(
            parsed,
            async services =>
            {
                await (parsed.GetResult(project) is null
                    ? ListProviderKeysAsync(services, ct)
                    : ListGenerationsAsync(services, parsed.GetValue(project), ct));
                return 0;
            },
            ct));
        return command;
    }

    private static async Task ListProviderKeysAsync(IServiceProvider services, CancellationToken ct)
    {
        var retire = services.GetRequiredService<RetireProviderKeys>();
        var providers = services.GetRequiredService<KeyProviders>();
        var primary = (await providers.ProbeAsync(ct)).PrimaryKeyId;
        var ring = await retire.CountAsync(ct);
        foreach (var (key, use) in ring)
        {
            var state = providers.Primary == providers.File && key.Id == primary ? "Primary" : key.State.ToString();
            Console.WriteLine($"{key.Id}  {state}  since {key.CreatedAt:yyyy-MM-dd}  {Count(use)}");
        }

        var elsewhere = (await retire.UsesAsync(ct)).Where(use => ring.All(known => known.Use != use)).ToList();
        if (providers.Primary != providers.File && primary is not null && elsewhere.All(use => use.KekId != primary))
        {
            elsewhere.Add(new ProviderKeyUse { Scheme = providers.Scheme, KekId = primary, ProjectKeys = 0, SigningKeys = 0 });
        }

        foreach (var use in elsewhere)
        {
            var state = use.KekId == primary ? "Primary" : providers.Know(use.Scheme) ? "Active" : "Missing in BEHALF_KEYS";
            Console.WriteLine($"{use.KekId}  {state}  in {use.Scheme}  {Count(use)}");
        }

        static string Count(ProviderKeyUse use) => $"{use.ProjectKeys} project keys, {use.SigningKeys} signing keys";
    }

    private static async Task ListGenerationsAsync(IServiceProvider services, string? only, CancellationToken ct)
    {
        var generations = services.GetRequiredService<ProjectKeyGenerations>();
        foreach (var project in await NamedProjects.ReadAsync(services, only, ct))
        {
            foreach (var count in await generations.CountAsync(project, ct))
            {
                Console.WriteLine($"{project}  generation {count.Generation}  {count.State}  under {count.KekId}  {count.DataKeys} data keys");
            }
        }
    }

    private static Command Disable() => OnKey(
        "disable",
        "Takes a key of the key file that wraps nothing any more out of use; enable takes that back.",
        async (retire, id, ct) =>
        {
            await retire.DisableAsync(id, ct);
            return $"{id} is disabled.";
        });

    private static Command Enable() => OnKey(
        "enable",
        "Takes a disabled key of the key file into use again, as a restored backup may need.",
        async (retire, id, ct) =>
        {
            await retire.EnableAsync(id, ct);
            return $"{id} is active.";
        });

    private static Command Delete()
    {
        var options = new ServerOptions();
        var key = new Argument<string>("KEY") { Description = "A disabled key of the key file; with --project, the number of a retired generation." };
        var project = new Option<string?>("--project") { Description = "The project (pr_…) whose generation is meant." };
        var command = new Command(
            "delete", "Destroys a key that wraps nothing any more, BEHALF_BACKUP_RETENTION_DAYS after it went out of use. Final.") { key, project };
        options.AddTo(command);
        command.SetAction((parsed, ct) => options.OnDeploymentAsync(
            parsed,
            async services =>
            {
                var id = parsed.GetValue(key)!;
                if (parsed.GetValue(project) is { } of)
                {
                    await RotateKeys.DestroyAsync(services, of, id, ct);
                    Console.WriteLine($"{of}: generation {id} is destroyed.");
                    return 0;
                }

                await services.GetRequiredService<RetireProviderKeys>().DeleteAsync(id, ct);
                Console.WriteLine($"{id} is deleted. Backups from before it was replaced open no more.");
                return 0;
            },
            ct));
        return command;
    }

    private static Command OnKey(string name, string description, Func<RetireProviderKeys, string, CancellationToken, Task<string>> act)
    {
        var options = new ServerOptions();
        var key = new Argument<string>("KEY") { Description = "Its id, as keys list prints it." };
        var command = new Command(name, description) { key };
        options.AddTo(command);
        command.SetAction((parsed, ct) => options.OnDeploymentAsync(
            parsed,
            async services =>
            {
                Console.WriteLine(await act(services.GetRequiredService<RetireProviderKeys>(), parsed.GetValue(key)!, ct));
                return 0;
            },
            ct));
        return command;
    }
}
