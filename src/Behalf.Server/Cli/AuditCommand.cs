using System.CommandLine;
using System.IO.Pipelines;
using Behalf.Audit;
using Behalf.Audit.Chain;
using Behalf.Audit.Export;
using Behalf.Audit.Sealing;

namespace Behalf.Cli;

/// <summary><c>behalf audit verify</c>, online over the database or offline over an export, and <c>behalf audit export</c>.</summary>
internal static class AuditCommand
{
    public static Command Build() => new("audit", "The audit trail.") { Verify(), Export() };

    private static Command Verify()
    {
        var options = new ServerOptions();
        var project = new Option<string?>("--project") { Description = "One project; all of them if not given." };
        var file = new Option<string?>("--file") { Description = "An export to verify instead, away from the server." };
        var key = new Option<string?>("--public-key") { Description = "PEM file with the public key for --file." };
        var command = new Command("verify", "Says whether the trail is what was sealed, and names the first event that is not.") { project, file, key };
        options.AddTo(command);
        command.SetAction((parsed, ct) => parsed.GetValue(file) is { } export
            ? ServerOptions.RunAsync(() => VerifyFileAsync(export, parsed.GetValue(key), ct))
            : options.OnDeploymentAsync(parsed, services => VerifyDatabaseAsync(services, parsed.GetValue(project), ct), ct));
        return command;
    }

    private static async Task<int> VerifyFileAsync(string export, string? key, CancellationToken ct)
    {
        IEnumerable<AuditPublicKey> trusted;
        await using var stream = File.OpenRead(export);
        if (key is null)
        {
            trusted = await AuditFile.ReadKeysAsync(stream, ct);
            stream.Position = 0;
            Console.WriteLine("No --public-key: verifying with the keys in the file, which proves that it is consistent, not whose it is.");
        }
        else
        {
            trusted = [AuditPublicKey.FromPem(await File.ReadAllTextAsync(key, ct))];
        }

        return Report(await AuditFile.VerifyAsync(stream, trusted, null, ct));
    }

    private static async Task<int> VerifyDatabaseAsync(IServiceProvider services, string? only, CancellationToken ct)
    {
        var verify = services.GetRequiredService<VerifyAuditTrail>();
        var worst = 0;
        foreach (var project in await NamedProjects.ReadAsync(services, only, ct))
        {
            worst = Math.Max(worst, Report(await verify.RunAsync(project, null, ct)));
        }

        return worst;
    }

    private static int Report(TrailVerification result)
    {
        Console.WriteLine($"{result.ProjectId}  {(result.Valid ? "valid" : "INVALID")}  {result.Summary}");
        return result.Valid ? 0 : 1;
    }

    private static Command Export()
    {
        var options = new ServerOptions();
        var project = new Option<string>("--project") { Description = "The project.", Required = true };
        var command = new Command("export", "Writes a project's trail to standard output as JSON lines.") { project };
        options.AddTo(command);
        command.SetAction((parsed, ct) => options.OnDeploymentAsync(
            parsed,
            async services =>
            {
                var export = services.GetRequiredService<ExportAuditTrail>();
                var id = (await NamedProjects.ReadAsync(services, parsed.GetValue(project), ct))[0];
                await using var output = Console.OpenStandardOutput();
                var pipe = PipeWriter.Create(output);
                await export.WriteAsync(id, null, null, await export.TrustedAsync(ct), pipe, ct);
                await pipe.CompleteAsync();
                return 0;
            },
            ct));
        return command;
    }
}
