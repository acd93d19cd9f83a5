using System.Text.Json;

namespace Behalf.Samples;

/// <summary>The data of a settings page: what has this user connected?</summary>
internal static class ConnectionSettings
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static async Task PrintAsync(BehalfClient behalf, string user) =>
        Console.WriteLine(JsonSerializer.Serialize(await Connection.OfUserAsync(behalf, user), Readable));
}
