using System.Text;

namespace Behalf.Keys.Transit;

/// <summary>What the refusals of the transit engine mean. Its sentences are compared, never handed on: they may quote what was
/// sent. The sentences are those of Vault 1.x and OpenBao 2.x.</summary>
internal static class TransitFaults
{
    /// <summary>Below <c>min_decryption_version</c>, which can be lowered again, or trimmed away, which is final.</summary>
    public static bool IsTooOld(TransitAnswer answer) => answer.Status == 400 && Says(answer, "disallowed by policy (too old)");

    public static KeyProviderException Explain(TransitAnswer answer, TransitAddress address) => answer.Status switch
    {
        403 => new(KeyFault.Denied, $"{address.Server.Authority} does not let this server use {address.Key}: token or policy."),
        404 => new(KeyFault.UnknownKey, $"{address.Server.Authority} has no transit engine at {address.Mount}."),
        400 when Says(answer, "encryption key not found") => new(KeyFault.UnknownKey, $"{address.Server.Authority} has no key {address.Key}."),
        400 when Says(answer, "version is too new") => new(KeyFault.UnknownKey, $"{address.Key} has no such version (yet)."),
        400 when Says(answer, "soft deleted") || Says(answer, "soft-deleted") => new(KeyFault.Disabled, $"{address.Key} is soft-deleted; it can be restored."),
        400 when Says(answer, "message authentication failed") || Says(answer, "invalid ciphertext") => new(
            KeyFault.WrongContext, $"A wrapped key does not open under {address.Key} and this context."),
        400 => new(KeyFault.Denied, $"{address.Key} cannot be used in this way: it must be of type aes256-gcm96, and not derived."),
        _ => new(KeyFault.Unavailable, $"{address.Server.Authority} answered with status {answer.Status}."),
    };

    public static KeyProviderException Unreadable() =>
        new(KeyFault.Unavailable, "The transit engine gave an answer that cannot be read.");

    private static bool Says(TransitAnswer answer, string sentence) =>
        answer.Body.Span.IndexOf(Encoding.UTF8.GetBytes(sentence)) >= 0;
}
