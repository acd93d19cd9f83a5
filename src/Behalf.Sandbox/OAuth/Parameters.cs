using Behalf.Sandbox.Provider;
using Microsoft.Extensions.Primitives;

namespace Behalf.Sandbox.OAuth;

/// <summary>Request parameters as RFC 6749 §3.1 and §3.2 read them: an empty one is absent, a repeated one is an
/// error.</summary>
internal sealed class Parameters(IEnumerable<KeyValuePair<string, StringValues>> pairs)
{
    private readonly Dictionary<string, StringValues> _values = new(pairs, StringComparer.Ordinal);

    /// <summary>The first parameter that comes more than once.</summary>
    public string? Repeated => _values.FirstOrDefault(pair => pair.Value.Count > 1).Key;

    public string? this[string name] =>
        _values.TryGetValue(name, out var values) && values is [{ Length: > 0 } value] ? value : null;

    public string Require(string name) =>
        this[name] ?? throw new Refused(400, "invalid_request", $"{name} is missing.");

    /// <summary>Reads a form. It is in memory already, so there is nothing to wait for, and a caller who has hung up is
    /// served all the same: a provider goes on with what it was sent.</summary>
    public static async Task<Parameters> ReadFormAsync(HttpRequest request)
    {
        if (!request.HasFormContentType)
        {
            throw new Refused(400, "invalid_request", "The body must be application/x-www-form-urlencoded.");
        }

        var parameters = new Parameters(await request.ReadFormAsync(CancellationToken.None));
        return parameters.Repeated is { } name
            ? throw new Refused(400, "invalid_request", $"{name} comes more than once.")
            : parameters;
    }
}
