namespace Behalf.Catalog.JsonSchema;

/// <summary>A schema that cannot be compiled. The only thing compiling throws, whatever JSON it is given.</summary>
internal sealed class MalformedSchemaException(string place, string reason) : Exception($"{place}: {reason}")
{
    /// <summary>The place in the schema, as a JSON pointer in a URI fragment:
    /// <c>#/properties/to/minLength</c>.</summary>
    public string Place { get; } = place;

    public string Reason { get; } = reason;
}
