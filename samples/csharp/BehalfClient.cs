using System.Net.Http.Json;
using System.Text.Json;

#pragma warning disable RS0030 // An application of its own: the server's guarded way out is not involved.

namespace Behalf.Samples;

/// <summary>Behalf's wire with one key: JSON in, JSON out, lists page by page.</summary>
internal sealed class BehalfClient : IDisposable
{
    private readonly HttpClient _http;

    public BehalfClient(Uri server, string key)
    {
        _http = new HttpClient { BaseAddress = server };
        _http.DefaultRequestHeaders.Add("x-api-key", key);
    }

    public async Task<JsonElement> GetAsync(string path) => await ReadAsync(await _http.GetAsync(Url(path)));

    public async Task<JsonElement> PostAsync(string path, object body) => await ReadAsync(await _http.PostAsJsonAsync(Url(path), body));

    /// <summary>Every item of a list, however many pages it has.</summary>
    public async IAsyncEnumerable<JsonElement> ListAsync(string path)
    {
        string? cursor = null;
        do
        {
            var page = await GetAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={cursor}");
            foreach (var item in page.GetProperty("items").EnumerateArray())
            {
                yield return item;
            }

            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
    }

    /// <summary>The same server with a key that acts for one user: what an agent's process is given.</summary>
    public async Task<BehalfClient> ForUserAsync(string user, string toolkit)
    {
        var minted = await PostAsync("user_keys", new { user_id = user, toolkits = new[] { toolkit }, expires_in = 3600 });
        return new BehalfClient(_http.BaseAddress!, minted.GetProperty("key").GetString()!);
    }

    public void Dispose() => _http.Dispose();

    private static Uri Url(string path) => new("/api/v3.1/" + path, UriKind.Relative);

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var body = await response.Content.ReadFromJsonAsync<JsonElement>();
            return response.IsSuccessStatusCode
                ? body
                : throw new HttpRequestException(body.GetProperty("error").GetProperty("message").GetString());
        }
    }
}
