using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Wire;

namespace Behalf.Gateway.Entities;

internal sealed record TriggerAnswer
{
    public required string Name { get; init; }
}

internal sealed record ActiveTriggersAnswer
{
    public IReadOnlyList<TriggerAnswer> Triggers { get; init; } = [];

    public int Page { get; init; } = 1;

    public int TotalPages { get; init; } = 1;
}

internal sealed record CallbackUrlAnswer
{
    [JsonPropertyName("callbackURL")]
    public string CallbackUrl { get; init; } = "";
}

/// <summary>There are no triggers here. Lists are empty, so that the clients' caches fill and their loops end; what would
/// make or change one is refused in words.</summary>
internal static class Triggers
{
    public static IReadOnlyList<TriggerAnswer> List(CallerParameter caller) => [];

    public static ActiveTriggersAnswer ListActive(CallerParameter caller) => new();

    public static IResult Enum(CallerParameter caller) => Results.Text("");

    public static CallbackUrlAnswer Callback(CallerParameter caller) => new();

    public static DoneAnswer Refuse(CallerParameter caller) => throw new Problem(
        Refusal.NotFound, "This server has no triggers.", "Call an action to ask the provider for what is new.");
}

/// <summary>What the clients tell of runs on the caller's own machine. It is nobody's evidence, so it is not kept: the audit
/// trail has what ran here.</summary>
internal static class ClientLogs
{
    public static DoneAnswer Take(CallerParameter caller, JsonElement? body) => new() { Count = 0 };
}
