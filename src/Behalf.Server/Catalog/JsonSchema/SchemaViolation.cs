namespace Behalf.Catalog.JsonSchema;

/// <summary>One thing wrong with an instance, told so that a model can correct it.</summary>
internal sealed record SchemaViolation
{
    /// <summary>Where, as code would write it: <c>filters[0].name</c>; empty for the whole value. Not a JSON pointer:
    /// the reader is a model that will write the corrected arguments, and <c>/filters/0/first~1last</c> is a notation
    /// that neither it nor a person has met as often.</summary>
    public required string Path { get; init; }

    /// <summary>The keyword of the schema that was not satisfied; <c>false</c> for a schema that is just that, and
    /// <c>limits</c> where the value was not judged at all.</summary>
    public required string Keyword { get; init; }

    /// <summary>A sentence that stands alone: where, what is wrong, what is allowed.</summary>
    public required string Message { get; init; }
}
