namespace Behalf.Sandbox.SignIn;

/// <summary><c>GET /style.css</c></summary>
internal static class Stylesheet
{
    public static IResult Handle() =>
        Results.Stream(typeof(Stylesheet).Assembly.GetManifestResourceStream("style.css")!, "text/css");
}
