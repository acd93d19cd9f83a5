using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Behalf.Tests.Support;

/// <summary>A caller over HTTP.</summary>
internal sealed class TestClient : IDisposable
{
    private readonly HttpClient _http;

    public TestClient(Uri server, string? key)
    {
        Key = key;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = server };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Add("x-api-key", key);
        }
    }

    public string? Key { get; }

    public HttpClient Http => _http;

    /// <summary>Every answer with a status of 500 or more.</summary>
    public ConcurrentQueue<Answer> Troubles { get; } = new();

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> PatchAsync(string path, object? body = null) => SendAsync(HttpMethod.Patch, path, body);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Content = body switch
        {
            null => null,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body),
        };
        using var response = await _http.SendAsync(request);
        var answer = new Answer(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
        if (answer.Status >= 500)
        {
            Troubles.Enqueue(answer);
        }

        return answer;
    }

    public void Dispose() => _http.Dispose();
}

internal sealed record Answer(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? Slug => Json.GetProperty("error").GetProperty("slug").GetString();

    /// <summary>The body without what differs between any two answers, for comparing two refusals.</summary>
    public string Comparable => System.Text.RegularExpressions.Regex.Replace(Text, "\"request(_id|Id)\":\"[^\"]*\"", "");

    public Answer Expect(int status) => Status == status
        ? this
        : throw new Xunit.Sdk.XunitException($"Expected {status}, got {Status}: {Text}");
}
