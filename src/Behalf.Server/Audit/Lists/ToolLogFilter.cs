namespace Behalf.Audit.Lists;

/// <summary>One condition of a search in the logs of tools.</summary>
internal sealed record ToolLogFilter
{
    private const int MostFilters = 50;
    private const int MostCharacters = 500;

    public string? Field { get; init; }

    public string? Operator { get; init; }

    public string? Value { get; init; }

    public static void Apply(IReadOnlyList<ToolLogFilter> filters, EventQuery query)
    {
        if (filters.Count > MostFilters)
        {
            throw new Problem(Refusal.InvalidRequest, $"A search takes at most {MostFilters} filters.");
        }

        foreach (var filter in filters)
        {
            filter.Apply(query);
        }
    }

    private void Apply(EventQuery query)
    {
        if (Value is null or { Length: > MostCharacters })
        {
            throw new Problem(Refusal.InvalidRequest, $"A filter's value is a text of at most {MostCharacters} characters.");
        }

        switch (Field)
        {
            case "tool_slug":
                Slug("tool", query);
                break;
            case "toolkit_slug":
                Slug("toolkit", query);
                break;
            case "connected_account_id":
                Id<IdKinds.Account>("account_id", query);
                break;
            case "auth_config_id":
                Id<IdKinds.AuthConfig>("auth_config_id", query);
                break;
            case "log_id":
                Id<IdKinds.Event>("event_id", query);
                break;
            case "status":
                Text("case when outcome = 'success' then 'success' else 'failed' end", query);
                break;
            case "user_id" or "session_id" or "request_id":
                Text(Field, query);
                break;
            case "sandbox_id":
                // No call here runs in one.
                Text("cast(null as text)", query);
                break;
            default:
                throw new Problem(
                    Refusal.InvalidRequest,
                    "A filter's field is tool_slug, toolkit_slug, connected_account_id, auth_config_id, status, user_id, session_id, sandbox_id, request_id or log_id.");
        }
    }

    private void Slug(string column, EventQuery query)
    {
        if (!Compare($"lower({column})", "lower({0})", Value!, query))
        {
            Contain(column, query);
        }
    }

    private void Text(string expression, EventQuery query)
    {
        if (!Compare(expression, "{0}", Value!, query))
        {
            Contain(expression, query);
        }
    }

    private void Id<T>(string column, EventQuery query)
        where T : IIdKind
    {
        // A text that is no id equals none.
        var known = Behalf.Id<T>.TryParse(Value, out var id);
        if (!Compare(column, "{0}", known ? id.ToBytes() : [], query))
        {
            throw new Problem(Refusal.InvalidRequest, $"{Field} is compared with == or !=.");
        }
    }

    private bool Compare(string expression, string value, object given, EventQuery query)
    {
        switch (Operator)
        {
            case "==":
                query.Where($"{expression} = {value}", given);
                return true;
            case "!=":
                query.Where($"coalesce({expression} <> {value}, true)", given);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Ignores case, as LIKE does in one of the databases anyway.</summary>
    private void Contain(string expression, EventQuery query)
    {
        var pattern = "%" + Value!.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%";
        var condition = $"lower({expression}) like lower({{0}}) escape '\\'";
        query.Where(
            Operator switch
            {
                "contains" => condition,
                "not_contains" => $"coalesce(not ({condition}), true)",
                _ => throw new Problem(Refusal.InvalidRequest, "A filter's operator is ==, !=, contains or not_contains."),
            },
            pattern);
    }
}
