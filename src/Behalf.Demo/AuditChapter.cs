using System.Text.Json;
using Behalf.Storage.Sqlite;

namespace Behalf.Demo;

/// <summary>The trail: printed, verified, and caught when somebody edits it.</summary>
internal sealed class AuditChapter(Stage stage, Narrator say, Api app)
{
    public async Task TellAsync(CancellationToken ct)
    {
        say.Step("The audit trail: who asked, through which key, as which agent, for whom, with which account.");
        var sealedAll = await WaitUntilSealedAsync(ct);
        var (_, events) = await app.GetAsync("audit/events?limit=100", ct);
        foreach (var happened in events.GetProperty("items").EnumerateArray().Reverse())
        {
            say.Say(Line(happened));
        }

        say.Check(sealedAll.GetProperty("valid").GetBoolean(), sealedAll.GetProperty("summary").GetString()!);

        say.Step("Somebody with the database's password edits one event.");
        var seq = Edit();
        var (_, verdict) = await app.GetAsync("audit/verify", ct);
        var named = !verdict.GetProperty("valid").GetBoolean() && verdict.GetProperty("first_bad").GetProperty("seq").GetInt64() == seq;
        say.Check(named, $"verify says: {verdict.GetProperty("summary").GetString()}");
        var (exit, printed) = await Child.RunAsync("Behalf.Server", "behalf", ["audit", "verify", "--project", stage.Project], stage.Environment, ct);
        say.Check(exit == 1 && printed.Contains("INVALID", StringComparison.Ordinal), "and so does ./behalf audit verify on the command line");
    }

    private async Task<JsonElement> WaitUntilSealedAsync(CancellationToken ct)
    {
        for (var tries = 0; ; tries++)
        {
            var (_, verdict) = await app.GetAsync("audit/verify", ct);
            if (verdict.GetProperty("unsealed").GetInt64() == 0 || tries == 100)
            {
                return verdict;
            }

            await Task.Delay(100, ct);
        }
    }

    private long Edit()
    {
        NativeSqlite.Load();
        using var connections = new SqliteConnections(stage.DatabaseFile, TimeProvider.System);
        using var connection = connections.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            update audit_event set user_id = 'nobody'
            where seq = (select min(seq) from audit_event where action = 'tool.executed' and user_id = 'bob') returning seq
            """;
        return (long)command.ExecuteScalar()!;
    }

    private static string Line(JsonElement happened)
    {
        string Text(string name) => happened.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "-";
        return $"{Text("action"),-26} {Text("outcome"),-8} by {Text("actor_kind")} as {Text("agent")} for {Text("user_id")} with {Text("connected_account_id")} {Text("tool_slug")}";
    }
}
