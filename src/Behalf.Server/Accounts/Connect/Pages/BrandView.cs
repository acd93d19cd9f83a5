namespace Behalf.Accounts.Connect.Pages;

/// <summary>How the application that asks looks to its users.</summary>
internal sealed record BrandView
{
    /// <summary>For pages that come before the project is known: a link nobody made, a failure of ours.</summary>
    public static readonly BrandView Neutral = new() { AppTitle = "" };

    public required string AppTitle { get; init => field = Shown.Name(value); }

    /// <summary>A path of this server: logos come through us, so that a visit tells no third party of it.</summary>
    public string? LogoUrl { get; init => field = value is null ? null : Links.Local(value); }

    /// <summary><c>#rrggbb</c>; anything else means the default.</summary>
    public string? AccentColor { get; init; }

    public bool PoweredBy { get; init; } = true;

    public bool IsNeutral => AppTitle.Length == 0;

    /// <summary>The application in the middle of a sentence.</summary>
    public string Name => IsNeutral ? "the app that sent you here" : AppTitle;
}
