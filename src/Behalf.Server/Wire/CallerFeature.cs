using System.Reflection;

namespace Behalf.Wire;

/// <summary>Carries the caller from the credential check to the handlers.</summary>
internal static class CallerFeature
{
    public static void SetCaller(this HttpContext context, Caller caller) => context.Features.Set(caller);

    public static Caller GetCaller(this HttpContext context) => context.Features.Get<Caller>()
        ?? throw new InvalidOperationException("This route has no caller: mark it with Accepts(…).");

    /// <summary>Refuses the request without throwing: through all layers a throw costs more than the call that it refuses, and where
    /// there is too much to do it is done thousands of times a second. Whoever says this does not call the next one.</summary>
    public static void Refuse(this HttpContext context, Problem problem) => context.Features.Set(problem);

    /// <summary>Why the request was refused, where it was without throwing.</summary>
    public static Problem? Refused(this HttpContext context) => context.Features.Get<Problem>();

    public static string GetRequestId(this HttpContext context) => context.TraceIdentifier;
}

/// <summary>The caller as a handler's parameter.</summary>
internal readonly record struct CallerParameter(Caller Caller)
{
    public static ValueTask<CallerParameter> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(new CallerParameter(context.GetCaller()));

    public static implicit operator Caller(CallerParameter parameter) => parameter.Caller;
}
