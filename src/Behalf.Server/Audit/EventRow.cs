using System.Text;
using System.Text.Json;

namespace Behalf.Audit;

/// <summary>An event as it lies in the database: what happened, when by the database's clock, and its place in the chain
/// once it is sealed.</summary>
internal sealed record EventRow
{
    /// <summary>Everything but seq and hash, in the order of the canonical form.</summary>
    public const string Columns =
        """
        project_id, event_id, at, action, outcome, actor_kind, actor_id, agent, user_id, auth_config_id,
        account_id, toolkit, tool, session_id, request_id, status, duration_ms, detail
        """;

    private const int MostOfAgent = 200;

    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required Id<IdKinds.Event> EventId { get; init; }

    public required long At { get; init; }

    public required string Action { get; init; }

    public required string Outcome { get; init; }

    public required string ActorKind { get; init; }

    public string? ActorId { get; init; }

    public string? Agent { get; init; }

    public string? UserId { get; init; }

    public Id<IdKinds.AuthConfig>? AuthConfigId { get; init; }

    public Id<IdKinds.Account>? AccountId { get; init; }

    public string? Toolkit { get; init; }

    public string? Tool { get; init; }

    public string? SessionId { get; init; }

    public string? RequestId { get; init; }

    public int? Status { get; init; }

    public int? DurationMs { get; init; }

    public string? Detail { get; init; }

    /// <summary>The place in the project's chain, from 1; null until sealed.</summary>
    public long? Seq { get; init; }

    public byte[]? Hash { get; init; }

    public static EventRow From(AuditEvent happened, long at) => new()
    {
        ProjectId = happened.ProjectId,
        EventId = Id<IdKinds.Event>.NewAt(at),
        At = at,
        Action = happened.Action,
        Outcome = happened.Outcome,
        ActorKind = happened.ActorKind,
        ActorId = Storable(happened.ActorId),
        Agent = Storable(happened.Agent is { Length: > MostOfAgent } agent ? agent[..MostOfAgent] : happened.Agent),
        UserId = Storable(happened.UserId),
        AuthConfigId = happened.AuthConfigId,
        AccountId = happened.AccountId,
        Toolkit = Storable(happened.Toolkit),
        Tool = Storable(happened.Tool),
        SessionId = Storable(happened.SessionId),
        RequestId = Storable(happened.RequestId),
        Status = happened.Status,
        DurationMs = happened.DurationMs,
        Detail = Storable(happened.Detail),
    };

    /// <summary>The detail as JSON; text that is none, which this server does not write, as a string.</summary>
    public JsonElement? ParseDetail()
    {
        if (Detail is null)
        {
            return null;
        }

        try
        {
            return JsonElement.Parse(Detail);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(Detail, AuditWireJson.Default.String);
        }
    }

    /// <summary>Text that both databases take: a half of a surrogate pair and U+0000 become U+FFFD. An event is written with
    /// others, and one that the database refused would take them along.</summary>
    private static string? Storable(string? text)
    {
        if (text is null || (!text.Contains('\0') && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        }

        return clean.ToString();
    }
}
