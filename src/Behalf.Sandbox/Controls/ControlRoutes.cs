using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Sandbox.Faults;
using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Ledger;
using Behalf.Sandbox.Provider;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Behalf.Sandbox.Controls;

internal sealed record UserAndClient(string? User, string? Client);

/// <summary>The whole ledger, secrets included.</summary>
internal sealed record LedgerReport
{
    public required IReadOnlyList<LedgerRequest> Requests { get; init; }

    public required IReadOnlyList<TokenEvent> Events { get; init; }

    public required IReadOnlyList<LiveFamily> LiveFamilies { get; init; }

    public required int Refreshes { get; init; }

    public required int ReuseRevocations { get; init; }

    public required int MaxParallelRefreshes { get; init; }

    public required IReadOnlyDictionary<string, int> ParallelRefreshes { get; init; }
}

/// <summary><c>/ctl</c>: the same controls for a provider that runs in a process of its own.</summary>
internal static class ControlRoutes
{
    public static void MapControls(this IEndpointRouteBuilder routes)
    {
        var ctl = routes.MapGroup("/ctl").AddEndpointFilter(LoopbackOnly.Filter);
        ctl.MapPost("/mode", ChangeModes);
        ctl.MapPost("/fail", AddFault);
        ctl.MapPost("/revoke_user",
            (UserAndClient of, SandboxControls controls) => controls.RevokeUser(UserOf(of), of.Client));
        ctl.MapPost("/expire_access",
            (UserAndClient of, SandboxControls controls) => controls.ExpireAccess(UserOf(of)));
        ctl.MapPost("/reset", (SandboxControls controls) => controls.Reset());
        ctl.MapGet("/ledger", ReadLedger);
    }

    private static ProviderModes ChangeModes(JsonObject changes, ModeSwitch modes, IOptions<JsonOptions> json)
    {
        var options = json.Value.SerializerOptions;
        var merged = JsonSerializer.SerializeToNode(modes.Current, options)!.AsObject();
        foreach (var (name, value) in changes)
        {
            if (!merged.ContainsKey(name))
            {
                throw new Refused(400, "invalid_request", $"There is no mode {name}.");
            }

            merged[name] = value?.DeepClone();
        }

        var changed = Parse(merged, options);
        if (changed.OutOfRange is { } number)
        {
            throw new Refused(400, "invalid_request", $"{number} is out of range.");
        }

        return modes.Current = changed;
    }

    private static ProviderModes Parse(JsonObject merged, JsonSerializerOptions options)
    {
        try
        {
            return merged.Deserialize<ProviderModes>(options)!;
        }
        catch (JsonException e)
        {
            throw new Refused(400, "invalid_request", $"{e.Path} has a value of the wrong kind.");
        }
    }

    private static void AddFault(Fault fault, FaultBook faults)
    {
        if (fault.On == Step.Other || fault.Count < 1)
        {
            throw new Refused(
                400, "invalid_request", "on is authorize, token, refresh, revoke or api, and count at least 1.");
        }

        faults.Add(fault);
    }

    /// <summary><c>?after=</c> leaves out the requests up to that sequence number.</summary>
    private static LedgerReport ReadLedger(SandboxLedger ledger, long? after) => new()
    {
        Requests = [.. ledger.Requests.Where(request => request.Sequence > (after ?? 0))],
        Events = ledger.Events,
        LiveFamilies = ledger.LiveFamilies,
        Refreshes = ledger.Refreshes,
        ReuseRevocations = ledger.ReuseRevocations,
        MaxParallelRefreshes = ledger.MaxParallelRefreshes,
        ParallelRefreshes = ledger.ParallelRefreshes,
    };

    private static string UserOf(UserAndClient of) =>
        of.User ?? throw new Refused(400, "invalid_request", "user is needed.");
}
