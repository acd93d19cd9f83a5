using Behalf.Wire;

namespace Behalf.Accounts.AuthConfigs;

/// <summary>One redirect URI per OAuth client registration, so that an answer meant for one client cannot be delivered to
/// another's flow (RFC 9700 §4.4, mix-up): an auth config's own app has its own, a managed app has its toolkit's.</summary>
internal sealed class RedirectUris(PublicOrigin origin)
{
    public const string Path = "/connect/callback/";

    public string For(AuthConfig config) => origin.Url(Path + ContextOf(config));

    public static string ContextOf(AuthConfig config) => config.Row.Managed ? config.Row.Toolkit : config.Id.ToString();
}
