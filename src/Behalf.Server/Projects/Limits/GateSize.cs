namespace Behalf.Projects.Limits;

/// <summary>How many may be inside at once, how many of them of one project, and how many may wait.</summary>
internal sealed record GateSize
{
    public required int Places { get; init; }

    /// <summary>Less than all: so a project that comes second finds room at once.</summary>
    public required int PlacesOfOne { get; init; }

    public required int Waiting { get; init; }

    /// <summary>Who has waited as long as this is better off elsewhere, or later.</summary>
    public required TimeSpan Patience { get; init; }
}
