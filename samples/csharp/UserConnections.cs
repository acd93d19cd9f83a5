using System.Text.Json;

namespace Behalf.Samples;

/// <summary>What an application needs to know of a connection.</summary>
internal sealed record Connection(string App, string Status, string ConnectedAt, string AccountId)
{
    public static Connection Of(JsonElement account) => new(
        account.GetProperty("toolkit") is { ValueKind: JsonValueKind.Object } toolkit
            ? toolkit.GetProperty("slug").GetString()!
            : account.GetProperty("toolkit").GetString()!,
        account.GetProperty("status").GetString()!,
        account.GetProperty("created_at").GetString()!,
        account.GetProperty("id").GetString()!);

    /// <summary>One for each app. A user may have several accounts of one; what counts is whether one of them works.</summary>
    public static Dictionary<string, Connection> ByApp(IEnumerable<Connection> connections) => connections
        .GroupBy(connection => connection.App)
        .ToDictionary(app => app.Key, app => app.OrderBy(c => c.Status == "ACTIVE").ThenBy(c => c.ConnectedAt, StringComparer.Ordinal).Last());

    public static async Task<List<Connection>> OfUserAsync(BehalfClient behalf, string user)
    {
        var connections = new List<Connection>();
        await foreach (var account in behalf.ListAsync($"connected_accounts?user_ids={Uri.EscapeDataString(user)}"))
        {
            connections.Add(Of(account));
        }

        return connections;
    }
}
