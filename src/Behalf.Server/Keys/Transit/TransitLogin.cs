using System.Text.Json;

namespace Behalf.Keys.Transit;

/// <summary>The token that calls go with: one from a file, renewed while it can be, or one that a login gives, for two thirds
/// of its life.</summary>
internal sealed class TransitLogin(TransitAccess access, Uri server, TransitHttp http, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _turn = new(1);
    private Secret? _given;
    private DateTimeOffset _until;

    /// <exception cref="KeyProviderException">There is none to be had.</exception>
    public async Task<Secret> TokenAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            return access.TokenFile is { } file ? await FromFileAsync(file, ct) : await LoggedInAsync(ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>After a refusal: a login may have been ended before its time.</summary>
    /// <returns>Whether another try makes sense.</returns>
    public bool Forget(Secret refused)
    {
        if (access.TokenFile is not null || _given?.Reveal() != refused.Reveal())
        {
            return false;
        }

        _until = default;
        return true;
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>What stands in the file now. Renewing is a courtesy: a token that cannot be renewed serves as long as it does,
    /// and whoever writes the file may put the next one there.</summary>
    private async Task<Secret> FromFileAsync(string file, CancellationToken ct)
    {
        var token = new Secret(await ReadAsync(file, "BEHALF_TRANSIT_TOKEN_FILE", ct));
        if (_given is not { } before || before.Reveal() != token.Reveal() || clock.GetUtcNow() >= _until)
        {
            _given = token;
            _until = clock.GetUtcNow() + Longest;
            using var answer = await http.SendAsync(
                HttpMethod.Post, new Uri(server, "/v1/auth/token/renew-self"), token, TransitHttp.Json(64, _ => { }), ct);
            if (answer.IsGood && LeaseOf(answer) is { } lease)
            {
                _until = clock.GetUtcNow() + lease;
            }
        }

        return token;
    }

    private async Task<Secret> LoggedInAsync(CancellationToken ct)
    {
        if (_given is { } given && clock.GetUtcNow() < _until)
        {
            return given;
        }

        using var answer = access.RoleId is { } role
            ? await PostAsync("approle", [("role_id", role), ("secret_id", await ReadAsync(access.SecretIdFile!, "BEHALF_TRANSIT_SECRET_ID_FILE", ct))], ct)
            : await PostAsync("kubernetes", [("role", access.KubernetesRole!), ("jwt", await ReadAsync(access.KubernetesTokenFile, "The pod's token", ct))], ct);
        if (!answer.IsGood)
        {
            throw answer.Status is 400 or 403
                ? new KeyProviderException(KeyFault.Denied, $"{server.Authority} refuses the login (status {answer.Status}).")
                : new KeyProviderException(KeyFault.Unavailable, $"{server.Authority} answered the login with status {answer.Status}.");
        }

        var token = TransitJson.FindText(answer, "auth", "client_token") ?? throw TransitFaults.Unreadable();
        _until = clock.GetUtcNow() + (LeaseOf(answer) ?? Longest);
        _given = new Secret(token);
        return _given.Value;
    }

    private Task<TransitAnswer> PostAsync(string method, (string Name, string Value)[] fields, CancellationToken ct) => http.SendAsync(
        HttpMethod.Post,
        new Uri(server, $"/v1/auth/{method}/login"),
        null,
        TransitHttp.Json(16 * 1024, json =>
        {
            foreach (var (name, value) in fields)
            {
                json.WriteString(name, value);
            }
        }),
        ct);

    /// <summary>Two thirds of it; null for a token that does not end.</summary>
    private static TimeSpan? LeaseOf(TransitAnswer answer) =>
        TransitJson.Find(answer, "auth", "lease_duration") is { ValueKind: JsonValueKind.Number } lease && lease.TryGetInt64(out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds) * 2 / 3)
            : null;

    private static async Task<string> ReadAsync(string file, string what, CancellationToken ct)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, ct)).Trim() is { Length: > 0 } text
                ? text
                : throw new KeyProviderException(KeyFault.Denied, $"{what} is {file}, which is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyProviderException(KeyFault.Denied, $"{what} is {file}, which cannot be read.");
        }
    }
}
