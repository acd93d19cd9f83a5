namespace Behalf.Keys;

/// <summary>Why a key provider did not do what it was asked.</summary>
internal enum KeyFault
{
    /// <summary>The provider does not let this server use the key.</summary>
    Denied,

    /// <summary>It does not answer, or cannot be read: worth trying again.</summary>
    Unavailable,

    /// <summary>The wrapped key was altered, or was wrapped as something else.</summary>
    WrongContext,

    /// <summary>No key of that id, or another provider's.</summary>
    UnknownKey,

    /// <summary>The key exists and was taken out of use; an operator can bring it back.</summary>
    Disabled,

    /// <summary>The key was destroyed, and with it everything under it.</summary>
    Deleted,
}

/// <summary>A key was not wrapped or unwrapped. The message is for the operator and holds no key material.</summary>
internal sealed class KeyProviderException(KeyFault fault, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public KeyFault Fault { get; } = fault;
}
