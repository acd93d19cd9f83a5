namespace Behalf;

/// <summary>What kind of key a request came with.</summary>
[Flags]
internal enum KeyKinds
{
    None = 0,

    /// <summary><c>ak_</c>: acts for a project.</summary>
    Project = 1,

    /// <summary><c>uk_</c>: acts for one user of a project.</summary>
    User = 2,

    /// <summary><c>oak_</c>: the operator's, for projects themselves.</summary>
    Admin = 4,
}

/// <summary>Who asks: read from the credential, never from the request's body or address.</summary>
internal sealed record Caller
{
    public required KeyKinds Kind { get; init; }

    public required Id<IdKinds.Project> Project { get; init; }

    public required Id<IdKinds.ApiKey> Key { get; init; }

    /// <summary>The one user that a user key acts for, as the application names them.</summary>
    public string? BoundUser { get; init; }

    /// <summary>Toolkits a user key is limited to, canonical slugs; null means all.</summary>
    public IReadOnlySet<string>? Toolkits { get; init; }

    /// <summary>Tools a user key is limited to, canonical slugs; null means all.</summary>
    public IReadOnlySet<string>? Tools { get; init; }

    public bool ReadOnly { get; init; }

    /// <summary>What the operator granted the project in place of the instance's own limit; 0 for no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>As above, for requests under way at the same time.</summary>
    public int? CallsAtOnce { get; init; }

    /// <summary>How the agent names itself (<c>x-behalf-agent</c>); told to the audit trail, trusted for nothing.</summary>
    public string? Agent { get; init; }

    public required string RequestId { get; init; }
}
