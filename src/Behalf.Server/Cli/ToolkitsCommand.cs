using System.CommandLine;
using Behalf.Catalog.Lint;

namespace Behalf.Cli;

/// <summary><c>behalf toolkits lint [FOLDER]</c>.</summary>
internal static class ToolkitsCommand
{
    public static Command Build()
    {
        var folder = new Argument<string>("FOLDER") { Description = "The catalogue's folder.", DefaultValueFactory = _ => "toolkits" };
        var lint = new Command("lint", "Checks every definition, and names file and place of what is wrong.") { folder };
        lint.SetAction((parsed, _) => ServerOptions.RunAsync(() =>
        {
            var findings = CatalogLint.Check(parsed.GetValue(folder)!);
            foreach (var finding in findings)
            {
                Console.WriteLine(finding);
            }

            Console.WriteLine(findings.Count == 0 ? "No findings." : $"{findings.Count} findings.");
            return Task.FromResult(findings.Count == 0 ? 0 : 1);
        }));
        return new Command("toolkits", "The catalogue.") { lint };
    }
}
