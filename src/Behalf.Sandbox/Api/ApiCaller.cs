namespace Behalf.Sandbox.Api;

/// <summary>Who a resource call acts as: a user through an app, a user with an own key, or an app of itself.</summary>
internal sealed record ApiCaller
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public string? Email { get; init; }

    /// <summary>The app's name, or the kind of key.</summary>
    public required string App { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required string Fingerprint { get; init; }

    public static ValueTask<ApiCaller?> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.Features.Get<ApiCaller>());
}

/// <summary>What a route asks of its caller; null for any good credential.</summary>
internal sealed record RequiredScope(string? Scope);
