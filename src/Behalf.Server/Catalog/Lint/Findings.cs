namespace Behalf.Catalog.Lint;

/// <summary>One thing wrong with a definition: in which file, where in it, and what.</summary>
internal sealed record Finding(string File, string Place, string Message)
{
    public override string ToString() => Place.Length is 0 ? $"{File}: {Message}" : $"{File} at {Place}: {Message}";
}

/// <summary>Collects findings below one place of one file.</summary>
internal sealed class Findings(List<Finding> all, string file, string prefix = "")
{
    public void Add(string place, string message) => all.Add(new Finding(file, Join(place), message));

    public void AddIf(bool wrong, string place, string message)
    {
        if (wrong)
        {
            Add(place, message);
        }
    }

    public Findings Below(string place) => new(all, file, Join(place));

    private string Join(string place) =>
        prefix.Length is 0 ? place
        : place.Length is 0 ? prefix
        : place[0] is '[' ? prefix + place
        : $"{prefix}.{place}";
}
