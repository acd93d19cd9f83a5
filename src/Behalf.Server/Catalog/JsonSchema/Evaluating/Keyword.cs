using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>The kinds of values a keyword speaks about; it says nothing about the others.</summary>
[Flags]
internal enum Kinds
{
    None = 0,
    Object = 1,
    Array = 2,
    String = 4,
    Number = 8,
    Literal = 16,
    All = Object | Array | String | Number | Literal,
}

/// <summary>One compiled group of keywords. Immutable and shared by all threads;
/// what changes is in the evaluation.</summary>
internal abstract class Keyword
{
    public abstract Kinds Kinds { get; }

    /// <summary>The schemas that this applies to the very same value, now or perhaps.</summary>
    public virtual IEnumerable<SchemaNode> InPlace => [];

    /// <summary>The verdict. A reason is told to the evaluation where that wants reasons, and only there.</summary>
    public abstract bool Check(JsonElement instance, ref Evaluation run);
}
