using System.CommandLine;
using System.Text.Json;
using Behalf.Audit;
using Behalf.Projects;
using Behalf.Storage;

namespace Behalf.Cli;

/// <summary><c>behalf projects create NAME</c>, <c>list</c> and <c>limit PROJECT</c>.</summary>
internal static class ProjectsCommand
{
    public static Command Build() => new("projects", "Projects: one for each application.") { Create(), List(), LimitCommand.Build() };

    private static Command Create()
    {
        var options = new ServerOptions();
        var name = new Argument<string>("NAME") { Description = "What the project is called." };
        var json = new Option<bool>("--json") { Description = "Prints {\"project_id\",\"api_key\"}." };
        var command = new Command("create", "Makes a project and its first API key, which is shown once.") { name, json };
        options.AddTo(command);
        command.SetAction((parsed, ct) => options.OnDeploymentAsync(
            parsed,
            async services =>
            {
                var because = new AuditEvent { ProjectId = default, Action = AuditActions.ProjectCreated, ActorKind = "operator" };
                var (id, key) = await services.GetRequiredService<CreateProject>()
                    .RunAsync(parsed.GetValue(name)!, withKey: true, new ProjectSettings(), because, ct);
                var text = key!.Text.Reveal();
                Console.WriteLine(parsed.GetValue(json)
                    ? JsonSerializer.Serialize(new Dictionary<string, string> { ["project_id"] = id.ToString(), ["api_key"] = text })
                    : $"project {id}\nAPI key {text}\nThe key is not shown again.");
                return 0;
            },
            ct));
        return command;
    }

    private static Command List()
    {
        var options = new ServerOptions();
        var command = new Command("list", "Lists the projects.");
        options.AddTo(command);
        command.SetAction((parsed, ct) => options.OnDeploymentAsync(
            parsed,
            async services =>
            {
                var projects = await services.GetRequiredService<IDatabase>().QueryAsync<ProjectRow>(
                    RowScope.System, $"select {ProjectStore.Columns} from project order by created_at", null, ct);
                foreach (var project in projects)
                {
                    Console.WriteLine($"{project.ProjectId}  {project.Name}");
                }

                return 0;
            },
            ct));
        return command;
    }
}
