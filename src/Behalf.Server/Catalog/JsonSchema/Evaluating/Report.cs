namespace Behalf.Catalog.JsonSchema;

/// <summary>The violations found so far, up to a limit.</summary>
internal sealed class Report(int limit, InstancePath path)
{
    private readonly List<SchemaViolation> _violations = [];

    public IReadOnlyList<SchemaViolation> Violations => _violations;

    public InstancePath Path => path;

    public bool IsFull => _violations.Count >= limit;

    /// <summary>For one alternative among several: a few reasons are enough to say why it did not fit.</summary>
    public Report Aside() => new(3, path);

    /// <summary>Something about the value we are at: "must be at most 4, got 7". A path is no word of the sentence, so
    /// a colon keeps it apart; "is not allowed here" reads well without.</summary>
    public bool Add(string keyword, string what)
    {
        var place = path.ToString();
        var colon = place.Length > 0 && what.StartsWith("must", StringComparison.Ordinal) ? ":" : "";
        return Add(keyword, place, $"{(place.Length > 0 ? place : path.Root)}{colon} {what}");
    }

    /// <summary>Something about a field of the value we are at: "is missing".</summary>
    public bool AddAbout(string field, string keyword, string what)
    {
        path.Push(field);
        var place = path.ToString();
        path.Pop();
        return Add(keyword, place, $"{place} {what}");
    }

    public bool AddAll(Report other)
    {
        foreach (var violation in other.Violations)
        {
            Add(violation.Keyword, violation.Path, violation.Message);
        }

        return false;
    }

    private bool Add(string keyword, string place, string message)
    {
        if (!IsFull)
        {
            _violations.Add(new SchemaViolation { Path = place, Keyword = keyword, Message = message });
        }

        return false;
    }
}
