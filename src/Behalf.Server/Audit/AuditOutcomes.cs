namespace Behalf.Audit;

/// <summary>How it ended. Part of the wire, as <see cref="AuditActions"/> are.</summary>
internal static class AuditOutcomes
{
    public const string Success = "success";

    /// <summary>This server said no: nothing was done.</summary>
    public const string Refused = "refused";

    /// <summary>It was tried and did not succeed, or nobody knows whether it did.</summary>
    public const string Failed = "failed";
}
