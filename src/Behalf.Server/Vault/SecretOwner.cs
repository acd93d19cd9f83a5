namespace Behalf.Vault;

/// <summary>Whose secrets they are: the account, auth config, flow or webhook that has a data key of its own. All of it is
/// bound into what is encrypted, so none of it may change while the owner has secrets.</summary>
internal sealed record SecretOwner
{
    public required Id<IdKinds.Project> Project { get; init; }

    public required Id<IdKinds.SecretOwner> Id { get; init; }

    /// <summary>Zero where the project itself is the owner.</summary>
    public Id<IdKinds.User> User { get; init; }

    /// <summary>The toolkit's slug; empty where there is none.</summary>
    public string Toolkit { get; init; } = "";

    public static SecretOwner OfProject(Id<IdKinds.Project> project) => new() { Project = project, Id = new(project.Value) };
}
