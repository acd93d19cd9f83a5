namespace Behalf.Bench;

/// <summary>A figure beside what it should be. <paramref name="Most"/> says that less is better.</summary>
internal sealed record Goal(string Figure, double Reached, double Least, double? Aim = null, bool Most = false)
{
    public bool IsReached => Most ? Reached <= Least : Reached >= Least;
}
