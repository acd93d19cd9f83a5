using Behalf.Keys;

namespace Behalf.Vault;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Error, "A stored {Kind} of {Owner} in {Project} does not open: {Fault}")]
    public static partial void CredentialIntegrity(
        this ILogger log, SecretKind kind, Id<IdKinds.SecretOwner> owner, Id<IdKinds.Project> project, BoxFault fault);

    [LoggerMessage(2002, LogLevel.Error, "Generation {Generation} of the key of {Project} was not unwrapped ({Fault}): {Reason}")]
    public static partial void ProjectKeyNotUnwrapped(
        this ILogger log, Id<IdKinds.Project> project, int generation, KeyFault fault, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "The key provider does not answer; the key of {Project} from {Age} ago serves on")]
    public static partial void ServingStaleKey(this ILogger log, Id<IdKinds.Project> project, TimeSpan age);

    [LoggerMessage(2004, LogLevel.Error, "Generation {Generation} of the key of {Project} was not wrapped ({Fault}): {Reason}")]
    public static partial void ProjectKeyNotWrapped(
        this ILogger log, Id<IdKinds.Project> project, int generation, KeyFault fault, string reason);

    [LoggerMessage(2005, LogLevel.Error, "The data key of {Owner} in {Project} was not wrapped again: {Fault}")]
    public static partial void DataKeyNotRewrapped(
        this ILogger log, Id<IdKinds.SecretOwner> owner, Id<IdKinds.Project> project, BoxFault fault);

    [LoggerMessage(2006, LogLevel.Error, "The key provider is not usable ({Fault}), so the server starts sealed: {Reason}")]
    public static partial void StartedWithoutKeys(this ILogger log, KeyFault fault, string reason);

    [LoggerMessage(2007, LogLevel.Critical, "The operator has sealed this deployment: every project key was forgotten")]
    public static partial void Sealed(this ILogger log);

    [LoggerMessage(2008, LogLevel.Warning, "The operator has unsealed this deployment")]
    public static partial void Unsealed(this ILogger log);
}
