using Amazon.Runtime;

namespace Behalf.Keys.Aws;

/// <summary>What KMS's errors mean. Only their codes are read, from a closed list: a message may quote what was sent.
/// https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html#API_Decrypt_Errors</summary>
internal static class AwsFaults
{
    public static KeyProviderException Explain(AmazonServiceException e, KeyFault whereThereIsNoKey) => e.ErrorCode switch
    {
        "DisabledException" => new(KeyFault.Disabled, "AWS KMS: the key is disabled."),

        // Pending deletion, which can be cancelled; or its material was not imported (any more), which can be.
        "KMSInvalidStateException" => new(KeyFault.Disabled, "AWS KMS: the key is scheduled for deletion, or in another state in which it opens nothing."),
        "NotFoundException" => new(whereThereIsNoKey, "AWS KMS: there is no such key."),
        "InvalidCiphertextException" or "IncorrectKeyException" => new(
            KeyFault.WrongContext, "AWS KMS: a wrapped key does not open under this key and context."),
        "InvalidKeyUsageException" => new(KeyFault.Denied, "AWS KMS: the key is not one for symmetric encryption."),
        "AccessDeniedException" => new(
            KeyFault.Denied, "AWS KMS: these credentials may not use the key; kms:Encrypt and kms:Decrypt are needed."),
        "UnrecognizedClientException" or "InvalidSignatureException" or "SignatureDoesNotMatch" or "ExpiredTokenException"
            or "InvalidClientTokenId" or "MissingAuthenticationTokenException" or "IncompleteSignature" => new(
            KeyFault.Denied, "AWS KMS does not accept the credentials."),
        _ => new(KeyFault.Unavailable, $"AWS KMS answered with status {(int)e.StatusCode}."),
    };

    public static KeyProviderException Unreadable() => new(KeyFault.Unavailable, "AWS KMS gave an answer that cannot be read.");
}
