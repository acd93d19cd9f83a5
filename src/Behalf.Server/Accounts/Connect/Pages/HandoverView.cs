namespace Behalf.Accounts.Connect.Pages;

/// <summary>The step from here to another site, taken by a page instead of a redirect.</summary>
/// <remarks>Chromium holds every redirect that follows a form against <c>form-action</c>: the provider, our callback
/// and the application that the callback returns to. Naming them all would open the policy to hosts nobody knows
/// in advance (a provider may pass through several); a page that moves on by itself is a new navigation.</remarks>
internal sealed record HandoverView
{
    public required BrandView Brand { get; init; }

    /// <summary>Http or https, without user info.</summary>
    public required Uri Target { get; init; }

    public string Address => Links.Outside(Target);

    public string Host => Target.IdnHost;
}
