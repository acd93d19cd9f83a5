using System.Globalization;

namespace Behalf.Samples;

/// <summary>Asks the user to connect before the agent starts, so that the agent does not fail halfway.</summary>
internal static class GatedAgent
{
    public static async Task<string> RunAsync(BehalfClient behalf, string user, string app, string tool)
    {
        var connections = Connection.ByApp(await Connection.OfUserAsync(behalf, user));
        var name = CultureInfo.InvariantCulture.TextInfo.ToTitleCase(app);
        if (!connections.TryGetValue(app, out var connection))
        {
            return $"Please connect your {name} account first in Settings > Integrations.";
        }

        if (connection.Status != "ACTIVE")
        {
            return $"Your {name} connection has expired. Please reconnect in Settings > Integrations.";
        }

        // The agent gets a key that acts for this user alone: a wrong user id in its hands is refused by the server.
        using var agent = await behalf.ForUserAsync(user, app);
        var answer = await agent.PostAsync($"tools/execute/{tool}", new { arguments = new { } });
        return answer.GetProperty("data").GetRawText();
    }
}
