namespace Behalf.Accounts.Connect.Pages;

/// <summary>Who asks to connect what, for which user, with which permissions. Without fields the next step is the
/// provider's own page; with fields the user enters a key here.</summary>
internal sealed record ConnectView
{
    /// <summary>The form field that carries <see cref="AntiForgeryToken"/>; no credential field may have this name.</summary>
    public const string AntiForgeryField = "__token";

    public required BrandView Brand { get; init; }

    public required string ToolkitName { get; init => field = Shown.Name(value); }

    public string? ToolkitLogoUrl { get; init => field = value is null ? null : Links.Local(value); }

    /// <summary>The application's id of the user, as the application gave it; shown shortened where it is long.</summary>
    public required string UserLabel { get; init => field = Shown.Id(value); }

    public required IReadOnlyList<PermissionView> Permissions { get; init; }

    public required IReadOnlyList<FieldView> Fields { get; init; }

    /// <summary>What is wrong with the credential as a whole, such as a key that the provider refused.</summary>
    public string? Error { get; init; }

    public required string FormAction { get; init => field = Links.Local(value); }

    public required string CancelAction { get; init => field = Links.Local(value); }

    public string? AntiForgeryToken { get; init; }

    /// <summary>The host the user comes to next, so that they can check the address bar there.</summary>
    public required string ProviderHost { get; init => field = Shown.Line(value); }

    /// <summary>The account was connected before and needs a new consent.</summary>
    public bool Reconnect { get; init; }

    /// <summary>How the provider calls the account that was connected before.</summary>
    public string? AccountHint { get; init => field = value is null ? null : Shown.Id(value); }

    /// <summary>The page came over plain http.</summary>
    public bool InsecureNotice { get; init; }

    public bool AsksForKey => Fields.Count > 0;

    public bool HasErrors => Error is not null || Fields.Any(one => one.Error is not null);
}

/// <summary>One thing the application will be able to do, in the words of somebody who is not a developer.</summary>
internal sealed record PermissionView
{
    public required string Title { get; init => field = Shown.Line(value); }

    /// <summary>It acts, pays, deletes or speaks in the user's name.</summary>
    public bool Sensitive { get; init; }
}

/// <summary>How a credential field is entered.</summary>
internal enum FieldKind
{
    Text,

    /// <summary>Hidden while typed and never sent back to the browser.</summary>
    Password,
    Url,
    Select,
}

/// <summary>One field of a key-style credential.</summary>
internal sealed record FieldView
{
    /// <summary>The name it is posted under.</summary>
    public required string Name { get; init; }

    public required string Label { get; init => field = Shown.Line(value); }

    public required FieldKind Type { get; init; }

    public string? Help { get; init; }

    public string? Placeholder { get; init; }

    /// <summary>A regular expression for the whole value, as HTML has it.</summary>
    public string? Pattern { get; init; }

    public bool Required { get; init; } = true;

    public IReadOnlyList<OptionView> Options { get; init; } = [];

    /// <summary>What the user entered before; ignored for a password.</summary>
    public string? Value { get; init; }

    /// <summary>What is wrong with what the user entered.</summary>
    public string? Error { get; init; }
}

/// <summary>One choice of a <see cref="FieldKind.Select"/>.</summary>
internal sealed record OptionView
{
    public required string Value { get; init; }

    public required string Label { get; init => field = Shown.Line(value); }
}
