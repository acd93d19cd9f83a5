namespace Behalf.Wire;

/// <summary>Which keys a route takes. A route without this is refused to everybody: forgetting it closes the door.</summary>
internal sealed record RouteAccess(KeyKinds Kinds, bool Anyone)
{
    public static RouteAccess Public { get; } = new(KeyKinds.None, Anyone: true);
}

internal static class RouteAccessExtensions
{
    public static TBuilder Accepts<TBuilder>(this TBuilder builder, KeyKinds kinds)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RouteAccess(kinds, Anyone: false));

    /// <summary>For browsers and probes: the route carries its own proof, or needs none.</summary>
    public static TBuilder AcceptsAnyone<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(RouteAccess.Public);
}
