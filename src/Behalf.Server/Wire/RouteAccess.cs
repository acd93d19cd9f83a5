namespace Behalf.Wire;

/// <summary>On routes whose handler finds itself a place among the calls under way, so that they need none among the other
/// requests.</summary>
internal sealed class TakesPlaceOfCall
{
    public static TakesPlaceOfCall Mark { get; } = new();
}

/// <summary>Which keys a route takes. A route without this is refused to everybody: forgetting it closes the door.</summary>
internal sealed record RouteAccess(KeyKinds Kinds, bool Anyone)
{
    /// <summary>Whether requests without a key count against their address.</summary>
    public bool Counted { get; private init; } = true;

    public static RouteAccess Public { get; } = new(KeyKinds.None, Anyone: true);

    /// <summary>For those who watch the server: answered whatever else must wait, so never counted.</summary>
    public static RouteAccess Watch { get; } = new(KeyKinds.None, Anyone: true) { Counted = false };
}

internal static class RouteAccessExtensions
{
    public static TBuilder Accepts<TBuilder>(this TBuilder builder, KeyKinds kinds)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RouteAccess(kinds, Anyone: false));

    /// <summary>For browsers and probes: the route carries its own proof, or needs none.</summary>
    public static TBuilder AcceptsAnyone<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(RouteAccess.Public);

    public static TBuilder AcceptsWatchers<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(RouteAccess.Watch);
}
