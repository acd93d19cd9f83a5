namespace Behalf.Keys;

internal enum KeyUse
{
    /// <summary>A generation of a project's key.</summary>
    ProjectKey,

    /// <summary>The private key that signs checkpoints of the audit trail.</summary>
    SigningKey,
}

/// <summary>What a wrapped key is for and whose it is. A provider binds it to the wrapped form, so that a key opens only as
/// what it was wrapped as.</summary>
internal sealed record KeyContext
{
    public required KeyUse Use { get; init; }

    public required Id<IdKinds.Deployment> Deployment { get; init; }

    /// <summary>Zero for a key of the whole deployment.</summary>
    public Id<IdKinds.Project> Project { get; init; }

    public required int Generation { get; init; }

    /// <summary>The canonical form. It is on disk as associated data: the names may not change.</summary>
    public FieldWriter Write() => new FieldWriter()
        .Add(Use switch
        {
            KeyUse.ProjectKey => "project-key",
            KeyUse.SigningKey => "signing-key",
            _ => throw new InvalidOperationException($"no name for the use {Use}"),
        })
        .Add(Deployment)
        .Add(Project)
        .Add(Generation);
}
