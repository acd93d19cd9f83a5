namespace Behalf.Vault;

/// <summary>A sealed secret as a query brings it, beside whatever else that query is for: opening costs no round trip of
/// its own.</summary>
internal sealed record SecretRow
{
    /// <summary>The columns of a query that uses <see cref="Join"/>.</summary>
    public const string Columns = "secret.ciphertext, secret.data_key_version, data_key.wrapped as wrapped_data_key";

    public const string JoinDataKey =
        """
        join data_key on data_key.project_id = secret.project_id and data_key.owner_id = secret.owner_id
          and data_key.version = secret.data_key_version
        """;

    public required byte[] Ciphertext { get; init; }

    public required short DataKeyVersion { get; init; }

    public required byte[] WrappedDataKey { get; init; }

    /// <summary>The joins that bring the secret of an owner; <paramref name="project"/> and <paramref name="owner"/> name
    /// columns of the query.</summary>
    public static string Join(string project, string owner, SecretKind kind) =>
        $"""
        join secret on secret.project_id = {project} and secret.owner_id = {owner} and secret.kind = {(short)kind}
        {JoinDataKey}
        """;
}
