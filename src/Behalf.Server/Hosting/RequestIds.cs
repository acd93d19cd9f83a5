namespace Behalf.Hosting;

/// <summary>Gives every request an id that answers, audit events and logs carry. One that the caller sent is taken when it
/// is short and plain, so that traces join; it is trusted for nothing.</summary>
internal sealed class RequestIds(RequestDelegate next)
{
    private const string Header = "x-request-id";

    public Task InvokeAsync(HttpContext context)
    {
        var sent = context.Request.Headers[Header].ToString();
        var id = IsPlain(sent) ? sent : NewId();
        context.TraceIdentifier = id;
        context.Response.Headers[Header] = id;
        return next(context);
    }

    /// <summary>119 bits are what 20 digits hold.</summary>
    private static string NewId() => string.Concat("req_", Base62.Encode(Randomness.Bits128() >> 9, 20));

    private static bool IsPlain(string text) =>
        text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
