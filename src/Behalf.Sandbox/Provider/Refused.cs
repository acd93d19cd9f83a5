using System.Text.Json.Serialization;

namespace Behalf.Sandbox.Provider;

/// <summary>A refusal in the words of RFC 6749 §5.2 and RFC 6750 §3, written by <see cref="RefusalWriter"/>.</summary>
internal sealed class Refused(int status, string error, string description, params string[] challenges)
    : Exception(description)
{
    public int Status { get; } = status;

    public string Error { get; } = error;

    /// <summary>Values of <c>WWW-Authenticate</c>.</summary>
    public string[] Challenges { get; } = challenges;
}

/// <summary>The body of every refusal.</summary>
internal sealed record RefusalBody(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string Description);

/// <summary>Turns a <see cref="Refused"/> into its answer.</summary>
internal static class RefusalWriter
{
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Refused refused)
        {
            var response = context.Response;
            response.StatusCode = refused.Status;
            response.Headers.CacheControl = "no-store";
            response.Headers.WWWAuthenticate = refused.Challenges;
            await response.WriteAsJsonAsync(new RefusalBody(refused.Error, refused.Message), CancellationToken.None);
        }
    }
}
