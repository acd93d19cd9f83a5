using System.Reflection;

namespace Behalf.Wire;

/// <summary>Carries the caller from the credential check to the handlers.</summary>
internal static class CallerFeature
{
    public static void SetCaller(this HttpContext context, Caller caller) => context.Features.Set(caller);

    public static Caller GetCaller(this HttpContext context) => context.Features.Get<Caller>()
        ?? throw new InvalidOperationException("This route has no caller: mark it with Accepts(…).");

    public static string GetRequestId(this HttpContext context) => context.TraceIdentifier;
}

/// <summary>The caller as a handler's parameter.</summary>
internal readonly record struct CallerParameter(Caller Caller)
{
    public static ValueTask<CallerParameter> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(new CallerParameter(context.GetCaller()));

    public static implicit operator Caller(CallerParameter parameter) => parameter.Caller;
}
