using System.CommandLine;
using Behalf.Hosting;
using Behalf.Keys;
using Behalf.Projects;
using Behalf.Storage;

namespace Behalf.Cli;

/// <summary><c>behalf doctor</c>: what of the configuration works, what to look at before production.</summary>
internal static class DoctorCommand
{
    public static Command Build()
    {
        var options = new ServerOptions();
        var command = new Command("doctor", "Checks the configuration.");
        options.AddTo(command);
        command.SetAction((parsed, ct) => ServerOptions.RunAsync(async () =>
        {
            var settings = options.Read(parsed);
            await using var app = Server.Build(settings, builder => builder.Logging.SetMinimumLevel(LogLevel.Warning));
            await Server.PrepareAsync(app.Services, ct);
            return await CheckAsync(app.Services, settings, ct);
        }));
        return command;
    }

    private static async Task<int> CheckAsync(IServiceProvider services, ServerSettings settings, CancellationToken ct)
    {
        var database = services.GetRequiredService<IDatabase>();
        await database.ProbeAsync(ct);
        Good($"database answers ({database.Engine})");
        var keys = await services.GetRequiredService<IKeyProvider>().ProbeAsync(ct);
        if (keys.Fault is not null)
        {
            Bad($"key provider: {keys.Detail}");
            return 1;
        }

        Good($"key provider wraps and unwraps (key {keys.PrimaryKeyId})");
        if (database.Engine == Engine.Sqlite && settings.Keys.StartsWith("file:" + Path.GetDirectoryName(Path.GetFullPath(settings.Database)), StringComparison.Ordinal))
        {
            Warn("the key file lies beside the database: whoever copies the folder has both. Set BEHALF_KEYS=file:/another/disk/keys.json");
        }

        if (settings.PublicUrl is null)
        {
            Warn("BEHALF_PUBLIC_URL is not set: links lead to the listening address");
        }
        else if (settings.PublicUrl.Scheme == Uri.UriSchemeHttps)
        {
            await CheckVerificationAsync(database, ct);
        }

        if (!string.IsNullOrEmpty(settings.EgressAllow))
        {
            Warn($"BEHALF_EGRESS_ALLOW lets tools reach {settings.EgressAllow}");
        }

        return 0;
    }

    /// <summary>With <c>link</c>, whoever is talked into finishing a link connects their account to the user it was made for.</summary>
    private static async Task CheckVerificationAsync(IDatabase database, CancellationToken ct)
    {
        var projects = await database.QueryAsync<ProjectRow>(
            RowScope.System, $"select {ProjectStore.Columns} from project order by created_at", null, ct);
        foreach (var project in projects.Where(p => ProjectSettings.Parse(p.Settings).ConnectVerification == "link"))
        {
            Warn($"project {project.Name} does not confirm who finishes a link: set connect_verification to confirm with a verifier_url");
        }
    }

    private static void Good(string text) => Console.WriteLine($"ok    {text}");

    private static void Warn(string text) => Console.WriteLine($"warn  {text}");

    private static void Bad(string text) => Console.WriteLine($"FAIL  {text}");
}
