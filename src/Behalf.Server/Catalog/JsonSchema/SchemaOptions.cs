namespace Behalf.Catalog.JsonSchema;

/// <summary>How a schema is read.</summary>
/// <remarks>
/// Whether <c>format</c> is asserted is the caller's choice, since the drafts leave it open. <see cref="Default"/> does
/// not, as 2020-12 says. <see cref="ForToolArguments"/> does: a model that sent "tomorrow" for a date-time is better
/// served by a sentence that names the form than by the provider's 400, and the definitions are ours to correct where
/// a provider takes more. A format that is not known asserts nothing in either.
/// </remarks>
internal sealed record SchemaOptions
{
    public static readonly SchemaOptions Default = new();

    public static readonly SchemaOptions ForToolArguments = new() { AssertFormats = true };

    /// <summary>The draft of a schema that has no <c>$schema</c>.</summary>
    public SchemaDraft Fallback { get; init; } = SchemaDraft.Draft202012;

    public bool AssertFormats { get; init; }

    /// <summary>The only place where references to other documents are looked up; nothing is ever fetched.</summary>
    public SchemaRegistry Registry { get; init; } = SchemaRegistry.Standard;
}
