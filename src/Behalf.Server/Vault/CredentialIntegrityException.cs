using Behalf.Keys;

namespace Behalf.Vault;

/// <summary>Something in the database is not what was put there. It says how it was noticed and nothing of what is inside.</summary>
internal sealed class CredentialIntegrityException(BoxFault fault)
    : Exception($"A stored credential does not open here ({fault}).")
{
    public const string Slug = "credential_integrity";

    public BoxFault Fault { get; } = fault;
}
