using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.OAuth;

/// <summary>Whom the provider says that a token belongs to.</summary>
internal static class Profile
{
    /// <summary>Under <see cref="Subject.Other"/> someone else, as when the account was switched.</summary>
    public static User Of(User user, ProviderModes modes) =>
        modes.Subject == Subject.Other ? new User($"{user.Id}-other", "Someone Else") : user;
}
