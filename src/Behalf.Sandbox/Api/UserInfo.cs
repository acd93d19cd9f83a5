namespace Behalf.Sandbox.Api;

/// <summary><c>GET /oauth/userinfo</c>, in the claims of OpenID Connect Core §5.1.</summary>
internal sealed record UserInfo(string Sub, string Name, string? Email)
{
    public static UserInfo Handle(ApiCaller caller) => new(caller.Id, caller.Name, caller.Email);
}
