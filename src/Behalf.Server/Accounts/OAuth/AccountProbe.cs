using System.Text;
using System.Text.Json;
using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Accounts.OAuth;

/// <summary>What a provider says of a credential.</summary>
internal enum ProbeVerdict
{
    /// <summary>It works, and this is whose it is.</summary>
    Good,

    /// <summary>The provider does not accept it.</summary>
    Refused,

    /// <summary>Nobody knows: the provider did not answer, or the toolkit has no probe.</summary>
    Unknown,
}

internal sealed record ProbeResult(ProbeVerdict Verdict, string? Subject = null, string? Label = null, int? Status = null)
{
    /// <summary>How long the provider wants to be left alone.</summary>
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>Tries a credential with the toolkit's one cheap call.</summary>
internal sealed class AccountProbe(GuardedHttp http)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public async Task<ProbeResult> TryAsync(
        Toolkit toolkit, AuthScheme scheme, Credential credential, IReadOnlyDictionary<string, string> variables, CancellationToken ct)
    {
        if (toolkit.Probe is not { } probe || scheme is NoAuthScheme)
        {
            return new ProbeResult(ProbeVerdict.Unknown);
        }

        try
        {
            var response = await http.SendAsync(Build(toolkit, probe, scheme, credential, variables), ct);
            return Read(toolkit, probe, response);
        }
        catch (EgressException)
        {
            return new ProbeResult(ProbeVerdict.Unknown);
        }
    }

    private static EgressRequest Build(
        Toolkit toolkit, Probe probe, AuthScheme scheme, Credential credential, IReadOnlyDictionary<string, string> variables)
    {
        var injected = CredentialInjection.Place(scheme, credential);
        var url = toolkit.Servers[probe.Server].Fill(toolkit.Variables, variables).TrimEnd('/') + probe.Path;
        var query = string.Join('&', injected.Query.Select(q => $"{q.Key}={Uri.EscapeDataString(q.Value)}"));
        var address = new Uri(query.Length == 0 ? url : url + (url.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query);
        return new EgressRequest
        {
            Method = probe.Method == ProbeMethod.Post ? HttpMethod.Post : HttpMethod.Get,
            Purpose = EgressPurpose.Probe,
            Toolkit = toolkit.Slug,
            Url = address,
            Hosts = AllowedHosts.Of([address.Authority]),
            Deadline = Deadline,
            Headers = [new("Accept", "application/json"), .. toolkit.Headers.Where(h => !h.Key.Equals("Accept", StringComparison.OrdinalIgnoreCase)), .. injected.Headers],
            Body = probe.Body is { } body ? Encoding.UTF8.GetBytes(body.GetRawText()) : default,
            ContentType = probe.Body is null ? null : "application/json",
            MaxResponseBytes = 1024 * 1024,
        };
    }

    private static ProbeResult Read(Toolkit toolkit, Probe probe, EgressResponse response)
    {
        if (response.Status is 429 or >= 500)
        {
            return new ProbeResult(ProbeVerdict.Unknown, Status: response.Status) { RetryAfterSeconds = RetryAfter.Of(response) };
        }

        if (response.Status == 401)
        {
            return new ProbeResult(ProbeVerdict.Refused, Status: response.Status);
        }

        if (response.Status is < 200 or >= 300 || Parse(response) is not { } body)
        {
            // A 403 or 404 says that the probe's own scope is missing, not that the credential is dead.
            return new ProbeResult(ProbeVerdict.Unknown, Status: response.Status);
        }

        if (Failed(toolkit, body))
        {
            var code = toolkit.Failures.CodePaths.Select(p => Text(body, p)).FirstOrDefault(c => c is not null);
            var dead = code is not null && toolkit.Failures.Codes.GetValueOrDefault(code) == UpstreamErrorKind.Auth;
            return new ProbeResult(dead ? ProbeVerdict.Refused : ProbeVerdict.Unknown, Status: response.Status);
        }

        var subject = probe.Subject.Select(p => Text(body, p)).ToList();
        return new ProbeResult(
            ProbeVerdict.Good,
            subject.Count > 0 && subject.TrueForAll(s => s is { Length: > 0 and <= 256 }) ? string.Join('/', subject) : null,
            probe.Label.Select(p => Text(body, p)).FirstOrDefault(l => l is { Length: > 0 and <= 256 }),
            response.Status);
    }

    private static bool Failed(Toolkit toolkit, JsonElement body) =>
        (toolkit.Failures.OkPath is { } ok && body.At(ok) is { ValueKind: JsonValueKind.False })
        || (toolkit.Failures.ErrorsPath is { } errors && body.At(errors) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0);

    private static JsonElement? Parse(EgressResponse response)
    {
        try
        {
            return JsonDocument.Parse(response.Body).RootElement;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement body, string pointer) => body.At(pointer) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };
}
