using System.Security.Cryptography;
using System.Text;

namespace Behalf.Storage;

/// <summary>What a locator row leads to.</summary>
internal enum LocatorKind : short
{
    ApiKey = 1,
    Link = 2,
    State = 3,
    CompletionSession = 4,
    Account = 5,
}

/// <summary>Finds the project of something a stranger holds. Only a hash is stored, so that a reader of the table holds nothing.</summary>
internal static class Locator
{
    public static byte[] Hash(LocatorKind kind, string held) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"behalf/locator/{(int)kind}/{held}"));

    public static ValueTask<int> AddLocatorAsync<T>(
        this WriteSession session, LocatorKind kind, byte[] hash, Id<IdKinds.Project> project, Id<T> id)
        where T : IIdKind =>
        session.ExecuteAsync(
            "insert into locator (hash, kind, project_id, id) values (@hash, @kind, @project, @id)",
            new { hash, kind, project, id });

    public static ValueTask<int> RemoveLocatorsAsync<T>(this WriteSession session, Id<IdKinds.Project> project, Id<T> id)
        where T : IIdKind =>
        session.ExecuteAsync("delete from locator where project_id = @project and id = @id", new { project, id });
}
