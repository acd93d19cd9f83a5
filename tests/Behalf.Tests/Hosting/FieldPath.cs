namespace Behalf.Tests.Hosting;

/// <summary>The way to a field, as <c>wire-fields.json</c> writes it: <c>items[].toolkit.logo</c>, <c>meta?.version</c>.</summary>
internal sealed record FieldPath(string Text, IReadOnlyList<FieldStep> Steps)
{
    public static FieldPath Parse(string text) => new(text, [.. text.Split('.').SelectMany(Split)]);

    public bool IsBelow(string other) => Text.StartsWith(other, StringComparison.Ordinal) && Text[other.Length..] is ['.' or '[', ..];

    /// <summary><c>name?[]</c> is a step to the field and one into its items.</summary>
    private static IEnumerable<FieldStep> Split(string part)
    {
        var name = part.TrimEnd(']', '[');
        yield return new FieldStep(name.TrimEnd('?'), name.EndsWith('?'));
        for (var at = name.Length; at < part.Length; at += 2)
        {
            yield return FieldStep.Items;
        }
    }
}

internal readonly record struct FieldStep(string Name, bool MayBeMissing)
{
    public static FieldStep Items { get; } = new("[]", false);
}
