using System.CommandLine;
using System.Globalization;
using Behalf.Audit;
using Behalf.Projects.Limits;

namespace Behalf.Cli;

/// <summary><c>behalf projects limit PROJECT</c>: shows what the project is granted, or grants it something else.</summary>
internal static class LimitCommand
{
    public static Command Build()
    {
        var options = new ServerOptions();
        var project = new Argument<string>("PROJECT") { Description = "The project's id (pr_…)." };
        var rate = new Option<int?>("--requests-per-minute") { Description = "With all of its keys, at each server process; 0 for any number." };
        var atOnce = new Option<int?>("--calls-at-once") { Description = "Tool calls under way at the same time, at each server process; 0 for any number." };
        var back = new Option<bool>("--default") { Description = "Gives it the instance's own limits again." };
        var command = new Command("limit", "Shows or sets a project's own limits.") { project, rate, atOnce, back };
        options.AddTo(command);
        command.SetAction((parsed, ct) => options.OnDeploymentAsync(
            parsed,
            async services =>
            {
                var id = (await NamedProjects.ReadAsync(services, parsed.GetValue(project), ct))[0];
                var limit = services.GetRequiredService<LimitProject>();
                var limits = await limit.FindAsync(id, ct);
                var wanted = parsed.GetValue(back) ? new ProjectLimits() : new ProjectLimits
                {
                    RequestsPerMinute = parsed.GetValue(rate) ?? limits.RequestsPerMinute,
                    CallsAtOnce = parsed.GetValue(atOnce) ?? limits.CallsAtOnce,
                };
                if (wanted != limits)
                {
                    var because = new AuditEvent { ProjectId = id, Action = AuditActions.ProjectUpdated, ActorKind = "operator" };
                    limits = await limit.RunAsync(id, wanted, because, ct);
                }

                Console.WriteLine($"requests per minute  {Show(limits.RequestsPerMinute)}\ncalls at once        {Show(limits.CallsAtOnce)}");
                return 0;
            },
            ct));
        return command;
    }

    private static string Show(int? limit) => limit switch
    {
        null => "as the instance",
        0 => "any number",
        { } number => number.ToString(CultureInfo.InvariantCulture),
    };
}
