using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Behalf.Storage;

internal sealed record AppliedMigration
{
    public required int Version { get; init; }

    public required string Name { get; init; }

    public required string Checksum { get; init; }
}

/// <summary>One numbered file. Forward only: a landed file never changes, a mistake is mended by the next number.</summary>
internal sealed partial record Migration(int Version, string Name, string Text)
{
    public AppliedMigration Applied => new() { Version = Version, Name = Name, Checksum = Checksum };

    /// <summary>For one that takes something away (<c>0007_contract_from_0005_…</c>): the first migration whose builds no longer use it.</summary>
    public static int? ContractsFrom(string name) =>
        ContractName().Match(name) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;

    private string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))[..16];

    public string TextFor(Engine engine)
    {
        var (mine, other) = engine == Engine.Postgres ? ("--pg ", "--sqlite ") : ("--sqlite ", "--pg ");
        var text = new StringBuilder();
        foreach (var line in Text.Split('\n'))
        {
            if (!line.StartsWith(other, StringComparison.Ordinal))
            {
                text.Append(line.StartsWith(mine, StringComparison.Ordinal) ? line[mine.Length..] : line).Append('\n');
            }
        }

        return text.ToString();
    }

    [GeneratedRegex("^[0-9]{4}_contract_from_([0-9]{4})_")]
    private static partial Regex ContractName();
}

/// <summary>The migrations that this build carries, and what the database says it has.</summary>
internal static class Migrations
{
    public const string CreateTable =
        "create table if not exists schema_version (version integer primary key, name text not null, checksum text not null, applied_at bigint not null default 0)";

    public const string SelectApplied = "select version, name, checksum from schema_version order by version";

    public const string InsertApplied =
        "insert into schema_version (version, name, checksum) values (@Version, @Name, @Checksum)";

    public static IReadOnlyList<Migration> All { get; } = Load();

    /// <summary>A database of a newer build is served as long as nothing was taken from it that this build uses (expand, then
    /// contract); one whose history differs is not.</summary>
    public static IReadOnlyList<Migration> Missing(IReadOnlyList<AppliedMigration> applied)
    {
        foreach (var known in All)
        {
            if (applied.FirstOrDefault(a => a.Version == known.Version) is { } there && there != known.Applied)
            {
                throw new InvalidOperationException(
                    $"Migration {known.Version} of the database ({there.Name}) is not the one of this build ({known.Name}): it belongs to another build. Use the build that made the database, or a fresh database.");
            }
        }

        if (applied.FirstOrDefault(a => Migration.ContractsFrom(a.Name) > All[^1].Version) is { } contracted)
        {
            throw new InvalidOperationException(
                $"The database is too new for this build, which is more than one version behind: {contracted.Name} took away what it uses. Use a build that has migration {Migration.ContractsFrom(contracted.Name)}.");
        }

        return [.. All.Where(m => applied.All(a => a.Version != m.Version))];
    }

    private static List<Migration> Load()
    {
        var assembly = typeof(Migrations).Assembly;
        var migrations = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith("migrations/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var name = Path.GetFileNameWithoutExtension(resource["migrations/".Length..]);
            migrations.Add(new Migration(int.Parse(name[..4], CultureInfo.InvariantCulture), name, reader.ReadToEnd()));
        }

        return migrations;
    }
}
