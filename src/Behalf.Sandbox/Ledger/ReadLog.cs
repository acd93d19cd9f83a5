using System.Net;
using Behalf.Sandbox.Provider;
using Behalf.Sandbox.SignIn;

namespace Behalf.Sandbox.Ledger;

/// <summary>One resource call, told without its secrets.</summary>
internal sealed record LogLine(
    DateTimeOffset Time, string User, string App, string Fingerprint, string Method, string Path, int? Status);

/// <summary><c>GET /log</c> for people and <c>GET /log.json</c> for programs: who was acted for, with which
/// credential.</summary>
internal static class ReadLog
{
    public static IReadOnlyList<LogLine> Lines(SandboxLedger ledger) =>
    [
        .. from request in ledger.Requests
           where request is { Step: Step.Api, User: not null }
           select new LogLine(
               request.Time, request.User!, request.App!, request.Fingerprint!,
               request.Method, request.Path, request.Status),
    ];

    public static IResult Show(SandboxLedger ledger)
    {
        static Html Row(LogLine line) => $"""
            <tr><td>{line.Time.ToString("HH:mm:ss.fff")}</td><td>{line.User}</td><td>{line.App}</td>
              <td><code>{line.Fingerprint}</code></td><td>{line.Method}</td><td>{line.Path}</td>
              <td>{line.Status?.ToString()}</td></tr>
            """;

        return Pages.Page("Log", $"""
            <h1>Who was acted for</h1>
            <p>Each call to the API, newest first. Credential is the start of the SHA-256 of what the call carried:
              two users are two fingerprints.</p>
            <div class="scroll" role="region" aria-label="Log" tabindex="0"><table>
              <caption>Times are UTC</caption>
              <thead><tr><th scope="col">Time</th><th scope="col">User</th><th scope="col">App</th>
                <th scope="col">Credential</th><th scope="col">Method</th><th scope="col">Path</th>
                <th scope="col">Status</th></tr></thead>
              <tbody>
              {Lines(ledger).Reverse().Select(Row)}
              </tbody>
            </table></div>
            """, width: "wide");
    }
}

/// <summary>Keeps a route to callers on this machine.</summary>
internal static class LoopbackOnly
{
    public static ValueTask<object?> Filter(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        IsLocal(context.HttpContext.Connection.RemoteIpAddress)
            ? next(context)
            : ValueTask.FromResult<object?>(Results.NotFound());

    public static bool IsLocal(IPAddress? address) => address is not null && IPAddress.IsLoopback(address);
}
