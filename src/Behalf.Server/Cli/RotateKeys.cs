using System.CommandLine;
using System.Globalization;
using Behalf.Audit;
using Behalf.Audit.Sealing;
using Behalf.Keys;
using Behalf.Keys.Local;
using Behalf.Vault;

namespace Behalf.Cli;

/// <summary><c>behalf keys rotate</c> for the key file or, with <c>--project</c>, for projects; and <c>behalf keys rewrap</c>,
/// which finishes what was cut short. What one of them moved stays moved, wherever its process died.</summary>
internal static class RotateKeys
{
    /// <summary>In one transaction; small, since on SQLite the calls of the server wait for it.</summary>
    private const int Batch = 100;

    public static Command Rotate()
    {
        var options = new ServerOptions();
        var project = KeysCommand.ProjectOption();
        var command = new Command("rotate", "Adds a new primary key and wraps with it what the older ones wrapped; the server may be running.") { project };
        options.AddTo(command);
        command.SetAction((parsed, ct) => options.OnDeploymentAsync(
            parsed,
            async services =>
            {
                if (parsed.GetResult(project) is not null)
                {
                    return await RotateProjectsAsync(services, parsed.GetValue(project), ct);
                }

                var id = await RequireFile(services).AddPrimaryAsync(ct);
                return await RewrapUnderProviderAsync(services, $"{id} is primary; ", ct);
            },
            ct));
        return command;
    }

    public static Command Rewrap()
    {
        var options = new ServerOptions();
        var command = new Command("rewrap", "Finishes rotations that were cut short: wraps with the primary keys what older ones still wrap.");
        options.AddTo(command);
        command.SetAction((parsed, ct) => options.OnDeploymentAsync(
            parsed,
            async services =>
            {
                var worst = await RewrapUnderProviderAsync(services, "", ct);
                foreach (var project in await NamedProjects.ReadAsync(services, null, ct))
                {
                    worst = Math.Max(worst, await RewrapUnderProjectAsync(services, project, "", ct));
                }

                return worst;
            },
            ct));
        return command;
    }

    /// <exception cref="Problem">It is primary, or wraps something, or is needed by backups.</exception>
    public static async Task DestroyAsync(IServiceProvider services, string project, string number, CancellationToken ct)
    {
        var generation = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : throw new FormatException($"{number} is no number of a generation.");
        var id = (await NamedProjects.ReadAsync(services, project, ct))[0];
        var because = ByOperator(id, AuditActions.ProjectKeyDestroyed, generation);
        if (!await services.GetRequiredService<ProjectKeyGenerations>().DestroyAsync(id, generation, because, ct))
        {
            throw new Problem(
                Refusal.Conflict,
                $"Generation {generation} is primary, or still wraps data keys, or was replaced within BEHALF_BACKUP_RETENTION_DAYS: see behalf keys list --project {project}.");
        }
    }

    private static KeyFile RequireFile(IServiceProvider services)
    {
        var providers = services.GetRequiredService<KeyProviders>();
        return providers.Primary as KeyFile ?? throw new Problem(
            Refusal.Conflict, $"The keys of {providers.Scheme} are rotated there. Then run behalf keys rewrap, which wraps with the new one.");
    }

    private static async Task<int> RotateProjectsAsync(IServiceProvider services, string? only, CancellationToken ct)
    {
        var generations = services.GetRequiredService<ProjectKeyGenerations>();
        var worst = 0;
        foreach (var project in await NamedProjects.ReadAsync(services, only, ct))
        {
            var generation = await generations.RotateAsync(project, ByOperator(project, AuditActions.ProjectKeyRotated, null), ct);
            worst = Math.Max(worst, await RewrapUnderProjectAsync(services, project, $"generation {generation} is primary; ", ct));
        }

        return worst;
    }

    private static async Task<int> RewrapUnderProviderAsync(IServiceProvider services, string first, CancellationToken ct)
    {
        var result = await services.GetRequiredService<RewrapProjectKeys>().RunAsync(Batch, ct);
        var signing = await services.GetRequiredService<CheckpointKeys>().RewrapAsync(ct);
        Console.WriteLine(
            $"{first}{result.Moved} project keys and {signing} signing keys wrapped again, {result.Broken} could not be opened.");
        return result.Broken == 0 ? 0 : 1;
    }

    private static async Task<int> RewrapUnderProjectAsync(
        IServiceProvider services, Id<IdKinds.Project> project, string first, CancellationToken ct)
    {
        var result = await services.GetRequiredService<RewrapDataKeys>().RunAsync(project, Batch, ct);
        Console.WriteLine($"{project}: {first}{result.Moved} data keys wrapped again, {result.Broken} could not be opened.");
        return result.Broken == 0 ? 0 : 1;
    }

    private static AuditEvent ByOperator(Id<IdKinds.Project> project, string action, int? generation) => new()
    {
        ProjectId = project,
        Action = action,
        ActorKind = "operator",
        Detail = generation is null ? null : $"{{\"generation\":{generation}}}",
    };
}
