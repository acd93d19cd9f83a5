namespace Behalf.Audit;

/// <summary>The names of what is recorded. They are part of the wire (exports, filters): add, never rename.</summary>
internal static class AuditActions
{
    public const string ProjectCreated = "project.created";
    public const string ProjectUpdated = "project.updated";
    public const string ProjectDeleted = "project.deleted";
    public const string ProjectKeyRotated = "project_key.rotated";
    public const string ProjectKeyDestroyed = "project_key.destroyed";
    public const string DeploymentSealed = "deployment.sealed";
    public const string DeploymentUnsealed = "deployment.unsealed";
    public const string KeyCreated = "key.created";
    public const string KeyRotated = "key.rotated";
    public const string KeyRevoked = "key.revoked";
    public const string UserCreated = "user.created";
    public const string UserDeleted = "user.deleted";
    public const string AuthConfigCreated = "auth_config.created";
    public const string AuthConfigUpdated = "auth_config.updated";
    public const string AuthConfigDeleted = "auth_config.deleted";
    public const string LinkCreated = "link.created";
    public const string LinkParked = "link.parked";
    public const string LinkEnded = "link.ended";
    public const string AccountConnected = "account.connected";
    public const string AccountUpdated = "account.updated";
    public const string AccountExpired = "account.expired";
    public const string AccountRevoked = "account.revoked";
    public const string AccountDeleted = "account.deleted";
    public const string AccountTested = "account.tested";
    public const string CredentialRefreshed = "credential.refreshed";
    public const string CredentialRefreshFailed = "credential.refresh_failed";
    public const string CredentialIntegrityFailure = "credential.integrity_failure";
    public const string OrphanTokenRevoked = "credential.orphan_revoked";
    public const string OrphanTokenDropped = "credential.orphan_dropped";
    public const string UpstreamRevoked = "credential.upstream_revoked";
    public const string WebhookCreated = "webhook.created";
    public const string WebhookUpdated = "webhook.updated";
    public const string WebhookDeleted = "webhook.deleted";
    public const string WebhookSecretRotated = "webhook.secret_rotated";
    public const string WebhookDelivered = "webhook.delivered";
    public const string WebhookDisabled = "webhook.disabled";
    public const string ToolExecuted = "tool.executed";
    public const string ProxyExecuted = "proxy.executed";
}
