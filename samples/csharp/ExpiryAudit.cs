namespace Behalf.Samples;

/// <summary>The nightly job: every user whose connection needs them, page by page, however many users there are.</summary>
internal static class ExpiryAudit
{
    public static async Task RunAsync(BehalfClient behalf)
    {
        await foreach (var user in behalf.ListAsync("users?limit=100"))
        {
            var connections = user.GetProperty("connected_accounts").EnumerateArray().Select(Connection.Of);
            foreach (var connection in Connection.ByApp(connections).Values.Where(c => c.Status is "EXPIRED" or "FAILED"))
            {
                await NotifyAsync(user.GetProperty("user_id").GetString()!, connection);
            }
        }
    }

    /// <summary>Your mail, your bell, your queue.</summary>
    private static Task NotifyAsync(string user, Connection connection) =>
        Console.Out.WriteLineAsync($"notify {user}: please reconnect {connection.App} ({connection.Status})");
}
