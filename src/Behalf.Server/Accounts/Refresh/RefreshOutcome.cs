namespace Behalf.Accounts.Refresh;

/// <summary>How a refresh ended, as far as a waiting call is concerned.</summary>
internal enum RefreshOutcome
{
    /// <summary>There is a newer credential: read it.</summary>
    Renewed,

    /// <summary>Somebody else is at it, on this node or another; or it takes too long to wait for.</summary>
    Busy,

    /// <summary>The provider does not answer, or its app is misconfigured: the account stays as it is.</summary>
    Unavailable,

    /// <summary>Nothing was sent, for a reason of this server's: it was too late, it is stopping, or an earlier
    /// answer is still out. The account stays as it is.</summary>
    NotSent,

    /// <summary>The provider has asked the app to slow down: nothing is sent for a while.</summary>
    Paused,

    /// <summary>The account must be connected again.</summary>
    Expired,

    /// <summary>There is nothing to refresh with.</summary>
    NotRefreshable,
}
