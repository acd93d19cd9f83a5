using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Behalf.Wire;

namespace Behalf.Gateway.Entities;

[JsonSerializable(typeof(ClientInfoAnswer))]
[JsonSerializable(typeof(AppAnswer))]
[JsonSerializable(typeof(EntityPage<AppAnswer>))]
[JsonSerializable(typeof(EntityPage<string>))]
[JsonSerializable(typeof(IntegrationRequest))]
[JsonSerializable(typeof(IntegrationOfAppRequest))]
[JsonSerializable(typeof(IntegrationAnswer))]
[JsonSerializable(typeof(EntityPage<IntegrationAnswer>))]
[JsonSerializable(typeof(ConnectRequest))]
[JsonSerializable(typeof(InitiateConnectionRequest))]
[JsonSerializable(typeof(ReinitiateRequest))]
[JsonSerializable(typeof(ConnectAnswer))]
[JsonSerializable(typeof(InitiateConnectionAnswer))]
[JsonSerializable(typeof(ConnectionAnswer))]
[JsonSerializable(typeof(EntityPage<ConnectionAnswer>))]
[JsonSerializable(typeof(DoneAnswer))]
[JsonSerializable(typeof(ActionAnswer))]
[JsonSerializable(typeof(EntityPage<ActionAnswer>))]
[JsonSerializable(typeof(SearchActionsRequest))]
[JsonSerializable(typeof(EntityPage<ActionsOfAppAnswer>))]
[JsonSerializable(typeof(ExecuteActionRequest))]
[JsonSerializable(typeof(ExecuteActionAnswer))]
[JsonSerializable(typeof(EntityProxyRequest))]
[JsonSerializable(typeof(EntityProxyAnswer))]
[JsonSerializable(typeof(IReadOnlyList<TriggerAnswer>))]
[JsonSerializable(typeof(ActiveTriggersAnswer))]
[JsonSerializable(typeof(CallbackUrlAnswer))]
internal sealed partial class EntitiesJson : JsonSerializerContext
{
    /// <summary>The older wire is camelCase, but for what its records name themselves; the rest of the server is not.</summary>
    public static IJsonTypeInfoResolver InCamelCase => Default.WithAddedModifier(Rename);

    private static void Rename(JsonTypeInfo type)
    {
        if (type.Type.Namespace != typeof(EntitiesJson).Namespace)
        {
            return;
        }

        foreach (var property in type.Properties)
        {
            if (property.AttributeProvider is MemberInfo member && !member.IsDefined(typeof(JsonPropertyNameAttribute)))
            {
                property.Name = JsonNamingPolicy.CamelCase.ConvertName(member.Name);
            }
        }
    }
}

/// <summary>A list of the older wire: pages have numbers.</summary>
internal sealed record EntityPage<T>
{
    public required IReadOnlyList<T> Items { get; init; }

    public required int Page { get; init; }

    public required int TotalPages { get; init; }
}

internal static class EntityPages
{
    private const int Most = 1000;

    /// <summary>The clients ask for 99999999 at once where they mean all, and for nothing where they mean all, too.</summary>
    public static PageRequest Read(int? number, int? size)
    {
        var page = PageRequest.Parse(size, null, Most, Most);
        var at = Math.Max(number ?? 1, 1);
        return page with { Number = at, After = ((at - 1L) * page.Limit, []) };
    }

    public static EntityPage<T> ToEntityPage<T>(this PageRequest page, IEnumerable<T> items, int total) => new()
    {
        Items = [.. items],
        Page = page.Number,
        TotalPages = (total + page.Limit - 1) / page.Limit,
    };
}

/// <summary>Said where there is nothing else to say.</summary>
internal sealed record DoneAnswer
{
    public string Status { get; init; } = "success";

    public int Count { get; init; } = 1;
}
