using Behalf.Keys;

namespace Behalf.Vault;

/// <summary>Data keys as they lie on disk: sealed boxes of purpose 2, whose header names the generation of the project's key.
/// <code>
/// BHF1  01   02       generation   commit   nonce   ciphertext   tag
/// 4     1    1        4            16       12      32           16      = 86 bytes
/// </code>
/// Wrapping them again is all that a new project key needs; the secrets stay as they are.</summary>
internal static class DataKeyFormat
{
    public static byte[] Wrap(SealingKey projectKey, DataKeyContext context, ReadOnlySpan<byte> dataKey) =>
        projectKey.Seal(BoxHeader.ForDataKey(context.Generation), context.ToBytes(), dataKey);

    /// <exception cref="CredentialIntegrityException">It is not what was wrapped for this place under this key.</exception>
    public static SecretBuffer Unwrap(SealingKey projectKey, DataKeyContext context, ReadOnlySpan<byte> wrapped)
    {
        var fault = projectKey.Open(wrapped, BoxHeader.ForDataKey(context.Generation), context.ToBytes(), out var dataKey);
        return fault == BoxFault.None ? dataKey! : throw new CredentialIntegrityException(fault);
    }
}
