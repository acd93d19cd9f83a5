using System.Text.RegularExpressions;
using Behalf.Tests.Support;

namespace Behalf.Tests.House;

/// <summary>A room uses rooms on lower floors only; that is what makes one of them reviewable alone.</summary>
public sealed partial class FloorTests
{
    private static readonly string[][] Floors =
    [
        ["Storage", "Egress", "Keys", "Wire"],
        ["Audit"],
        ["Vault"],
        ["Projects", "Catalog"],
        ["Accounts"],
        ["Broker"],
        ["Gateway"],
        ["Hosting"],
        ["Cli"],
    ];

    [Fact]
    public void Rooms_only_look_down() => Assert.Empty(Violations(Repository.Server));

    [Fact]
    public void Every_folder_of_the_server_is_a_room_with_a_floor()
    {
        var folders = Directory.EnumerateDirectories(Repository.Server)
            .Select(Path.GetFileName)
            .Where(name => name is not ("bin" or "obj" or "wwwroot" or "Properties"));
        Assert.Empty(folders.Where(name => FloorOf(name!) < 0));
    }

    [Fact]
    public void A_room_that_looks_up_is_named()
    {
        var root = Directory.CreateTempSubdirectory("floors").FullName;
        Directory.CreateDirectory(Path.Combine(root, "Storage"));
        File.WriteAllText(Path.Combine(root, "Storage", "A.cs"), "using Behalf.Broker;\nclass A { Behalf.Vault.X x; }");
        Assert.Equal(["Storage uses Broker in A.cs", "Storage uses Vault in A.cs"], Violations(root).Order());
    }

    private static List<string> Violations(string root) =>
    [
        .. from file in Directory.EnumerateFiles(root, "*.*", SearchOption.AllDirectories)
           where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal)
           let parts = Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar)
           where parts.Length > 1 && parts[0] is not ("bin" or "obj")
           let room = parts[0]
           from used in MentionOfRoom().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value).Distinct()
           where used != room && FloorOf(used) >= FloorOf(room)
           select $"{room} uses {used} in {Path.GetFileName(file)}",
    ];

    private static int FloorOf(string room) => Array.FindIndex(Floors, floor => floor.Contains(room));

    [GeneratedRegex(@"\bBehalf\.(Storage|Egress|Keys|Wire|Audit|Vault|Projects|Catalog|Accounts|Broker|Gateway|Cli|Hosting)\b")]
    private static partial Regex MentionOfRoom();
}
