using System.Text.Json.Nodes;
using Behalf.Wire;

namespace Behalf.Projects.Webhooks;

/// <summary>What an event says. Never a secret: it leaves for an address that somebody typed.</summary>
internal sealed record EventContent
{
    public required JsonObject Data { get; init; }

    /// <summary>The account that it is about; empty where it is about several.</summary>
    public string AccountId { get; init; } = "";

    public string UserId { get; init; } = "";
}

/// <summary>An event and the three forms of its body.</summary>
internal sealed record EventEnvelope
{
    /// <summary>The wire has organizations, of which an instance is one.</summary>
    private const string Organization = "ok_self_hosted";

    public required Id<IdKinds.Message> Id { get; init; }

    public required Id<IdKinds.Project> Project { get; init; }

    public required string Type { get; init; }

    public required long At { get; init; }

    public required EventContent Content { get; init; }

    public string ToBody(short version) => (version switch { 1 => First(), 2 => Second(), _ => Third() }).ToJsonString();

    /// <summary>The first two were made for triggers. What an account has no counterpart of is empty, since their readers
    /// want the names.</summary>
    private JsonObject First() => new()
    {
        ["trigger_name"] = Type,
        ["connection_id"] = Content.AccountId,
        ["trigger_id"] = "",
        ["payload"] = Content.Data.DeepClone(),
        ["log_id"] = Id.ToString(),
    };

    private JsonObject Second()
    {
        var data = Content.Data.DeepClone().AsObject();
        data["connection_id"] = Content.AccountId;
        data["connection_nano_id"] = Content.AccountId;
        data["trigger_nano_id"] = "";
        data["trigger_id"] = "";
        data["user_id"] = Content.UserId;
        return new JsonObject
        {
            ["type"] = Type,
            ["timestamp"] = WireText.Time(At),
            ["data"] = data,
            ["log_id"] = Id.ToString(),
        };
    }

    private JsonObject Third() => new()
    {
        ["id"] = Id.ToString(),
        ["type"] = Type,
        ["timestamp"] = WireText.Time(At),
        ["metadata"] = new JsonObject { ["project_id"] = Project.ToString(), ["org_id"] = Organization },
        ["data"] = Content.Data.DeepClone(),
    };
}
