using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.OAuth;

/// <summary><c>POST /oauth/revoke</c> (RFC 7009). The hint about the kind of token is not needed here (§2.1).</summary>
internal static class RevokeToken
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, AppRegistry apps, TokenBook tokens, Consents consents, ModeSwitch modes)
    {
        var form = await Parameters.ReadFormAsync(context.Request);
        var app = ClientAuthentication.Authenticate(context.Request, form, apps);
        if (tokens.Revoke(app, form.Require("token")) is { User: { } user }
            && modes.Current.RevokeReach == RevokeReach.Grant)
        {
            consents.Forget(user.Id, app.ClientId);
        }

        return Results.Ok();
    }
}
