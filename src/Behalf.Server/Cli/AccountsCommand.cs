using System.CommandLine;
using System.Text.Json;
using Behalf.Accounts;
using Behalf.Accounts.Expiry;
using Behalf.Projects;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Cli;

/// <summary><c>behalf accounts expiry-report</c>: who has to connect again.</summary>
internal static class AccountsCommand
{
    private const int Batch = 1000;

    public static Command Build() => new("accounts", "Connected accounts.") { Report() };

    private static Command Report()
    {
        var options = new ServerOptions();
        var project = new Option<string>("--project") { Description = "The project.", Required = true };
        var days = new Option<int>("--within-days") { Description = "How far to look ahead.", DefaultValueFactory = _ => ExpiryReport.UsualDays };
        var json = new Option<bool>("--json") { Description = "Prints each account as a line of JSON." };
        var command = new Command("expiry-report", "Lists the accounts whose users have to connect again, now or soon.") { project, days, json };
        options.AddTo(command);
        command.SetAction((parsed, ct) => options.OnDeploymentAsync(
            parsed,
            async services =>
            {
                var text = parsed.GetValue(project)!;
                if (!Id<IdKinds.Project>.TryParse(text, out var id)
                    || await services.GetRequiredService<IDatabase>().FindProjectAsync(id, ct) is null)
                {
                    throw new FormatException($"{text} is no project here (pr_…).");
                }

                await foreach (var account in AllAsync(services.GetRequiredService<ExpiryReport>(), id, parsed.GetValue(days), ct))
                {
                    Console.WriteLine(parsed.GetValue(json)
                        ? JsonSerializer.Serialize(account, AccountsJson.Default.ExpiringAccountAnswer)
                        : $"{account.ConnectedAccountId}  {account.Toolkit.Slug}  {account.UserId}  {account.Status}  {account.Reason}  since {account.Since}");
                }

                return 0;
            },
            ct));
        return command;
    }

    private static async IAsyncEnumerable<ExpiringAccountAnswer> AllAsync(
        ExpiryReport report, Id<IdKinds.Project> project, int days, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        string? cursor = null;
        do
        {
            var page = await report.RunAsync(project, days, PageRequest.Parse(Batch, cursor), ct);
            foreach (var account in page.Items)
            {
                yield return account;
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }
}
