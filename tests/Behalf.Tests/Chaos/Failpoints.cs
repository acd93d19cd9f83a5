namespace Behalf.Tests.Chaos;

/// <summary>The failpoints, and which of them each size of the tests hits in which combination.</summary>
internal static class Failpoints
{
    /// <summary>No place in the server, but a moment at the provider: it has rotated, and its answer is not out yet.</summary>
    public const string Rotated = "provider.rotated";

    /// <summary>In the order in which a refresh reaches them.</summary>
    public static readonly string[] OfRefresh =
    [
        "refresh.picked", "refresh.claimed", "refresh.opened", "egress.sent", Rotated, "refresh.answered", "refresh.sealed",
        "refresh.in_file", "refresh.stored", "refresh.released",
    ];

    public static readonly string[] OfConnect =
    [
        "connect.returned", "connect.taken", "connect.opened", "connect.answered", "connect.probed", "connect.sealed", "connect.stored",
        "connect.ended",
    ];

    public static readonly string[] OfDelete = ["delete.prepared", "delete.stored", "delete.claimed", "delete.asked"];

    public static readonly string[] OfRotation =
        ["rotation.made", "rotation.switched", "rotation.wrapped", "rotation.moved", "rotation.project"];

    private static readonly string[] Engines = ["sqlite", "postgres"];

    public static IEnumerable<string> All => OfRefresh.Except([Rotated]).Concat(OfConnect).Concat(OfDelete).Concat(OfRotation);

    /// <summary>In the short size every point once, on the databases in turn; else on both, again and again.</summary>
    public static TheoryData<string, string, int> Cases(string[] points)
    {
        var cases = new TheoryData<string, string, int>();
        foreach (var (point, turn) in points.Select((point, turn) => (point, turn)))
        {
            foreach (var engine in ChaosSize.IsShort ? [Engines[turn % 2]] : Engines)
            {
                for (var round = 1; round <= ChaosSize.Rounds; round++)
                {
                    cases.Add(engine, point, round);
                }
            }
        }

        return cases;
    }

    /// <summary>The key file as the others; the services in the short size at the points at which they have just wrapped a key, else at
    /// every one.</summary>
    public static TheoryData<string, string, string, int> RotationCases()
    {
        var cases = new TheoryData<string, string, string, int>();
        foreach (var row in Cases(OfRotation))
        {
            var (engine, point, round) = row.Data;
            cases.Add(engine, "file", point, round);
            if (!ChaosSize.IsShort)
            {
                cases.Add(engine, "awskms", point, round);
                cases.Add(engine, "transit", point, round);
            }
        }

        if (ChaosSize.IsShort)
        {
            cases.Add("sqlite", "awskms", "rotation.made", 1);
            cases.Add("postgres", "awskms", "rotation.project", 1);
            cases.Add("postgres", "transit", "rotation.made", 1);
            cases.Add("sqlite", "transit", "rotation.project", 1);
        }

        return cases;
    }

    /// <summary>In the short size with a grace on PostgreSQL and with strict rotation on SQLite; else every rotation on both.</summary>
    public static TheoryData<string, string, string, int> RefreshCases()
    {
        string[] rotations = ["none", "grace", "until_used", "strict"];
        var cases = new TheoryData<string, string, string, int>();
        foreach (var (engine, point, round) in OfRefresh.SelectMany(point => Engines, (point, engine) => (engine, point))
            .SelectMany(at => Enumerable.Range(1, ChaosSize.Rounds), (at, round) => (at.engine, at.point, round)))
        {
            foreach (var rotation in ChaosSize.IsShort ? [engine == "sqlite" ? "strict" : "grace"] : rotations)
            {
                cases.Add(engine, rotation, point, round);
            }
        }

        return cases;
    }
}
