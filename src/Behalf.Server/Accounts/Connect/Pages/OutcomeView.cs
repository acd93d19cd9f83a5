namespace Behalf.Accounts.Connect.Pages;

/// <summary>How an attempt to connect ended, or why it cannot go on.</summary>
internal enum OutcomeKind
{
    Connected,

    /// <summary>The user said no, here or at the provider.</summary>
    Denied,
    Expired,

    /// <summary>The link or the callback came a second time.</summary>
    AlreadyUsed,

    /// <summary>The callback came to a browser that did not start the flow.</summary>
    WrongBrowser,

    /// <summary>The application says that somebody else is signed in.</summary>
    WrongUser,
    ProviderError,

    /// <summary>Too many wrong keys were typed.</summary>
    TooManyAttempts,

    /// <summary>Reconnected with a different account of the provider.</summary>
    SubjectChanged,
    NotFound,

    /// <summary>The application has yet to confirm who finished.</summary>
    Waiting,
    ServerError,
}

/// <summary>The last page of an attempt to connect.</summary>
internal sealed record OutcomeView
{
    public required OutcomeKind Kind { get; init; }

    public required BrandView Brand { get; init; }

    /// <summary>Null where the link is unknown and so is what it would have connected.</summary>
    public required string? ToolkitName { get; init => field = value is null ? null : Shown.Name(value); }

    /// <summary>How the provider calls the account in question.</summary>
    public string? AccountHint { get; init => field = value is null ? null : Shown.Id(value); }

    /// <summary>The application's own address; no link is shown for one that is not http or https.</summary>
    public string? ReturnUrl { get; init => field = Links.Outside(value); }

    /// <summary>What support needs to find this attempt in the logs; not shown where all went well.</summary>
    public string? RequestId { get; init => field = value is null ? null : Shown.Line(value); }

    /// <summary>A path of this server that tries again, where that can help.</summary>
    public string? RetryUrl { get; init => field = value is null ? null : Links.Local(value); }

    public string Toolkit => ToolkitName ?? "the service";
}
