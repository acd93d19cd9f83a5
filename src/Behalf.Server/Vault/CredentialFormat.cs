using Behalf.Keys;

namespace Behalf.Vault;

/// <summary>Secrets as they lie on disk: sealed boxes of purpose 1, whose header names the version of the data key.
/// <code>
/// BHF1  01   01       version   commit   nonce   ciphertext   tag
/// 4     1    1        2         16       12      |secret|     16
/// </code>
/// Pure functions; the associated data is the header and <see cref="RecordContext"/>.</summary>
internal static class CredentialFormat
{
    public static byte[] Seal(ReadOnlySpan<byte> dataKey, RecordContext context, ReadOnlySpan<byte> plaintext)
    {
        using var key = new SealingKey(dataKey);
        return key.Seal(BoxHeader.ForSecret(context.DataKeyVersion), context.ToBytes(), plaintext);
    }

    /// <exception cref="CredentialIntegrityException">It is not what was sealed for this place under this key.</exception>
    public static SecretBuffer Open(ReadOnlySpan<byte> dataKey, RecordContext context, ReadOnlySpan<byte> record)
    {
        using var key = new SealingKey(dataKey);
        var fault = key.Open(record, BoxHeader.ForSecret(context.DataKeyVersion), context.ToBytes(), out var plaintext);
        return fault == BoxFault.None ? plaintext! : throw new CredentialIntegrityException(fault);
    }
}
