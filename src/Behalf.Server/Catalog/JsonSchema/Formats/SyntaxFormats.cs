using System.Text.RegularExpressions;

namespace Behalf.Catalog.JsonSchema;

/// <summary>Formats that one expression describes.</summary>
internal static partial class SyntaxFormats
{
    public static bool IsUuid(ReadOnlySpan<char> text) => Uuid().IsMatch(text);

    public static bool IsJsonPointer(ReadOnlySpan<char> text) => Pointer().IsMatch(text);

    public static bool IsRelativeJsonPointer(ReadOnlySpan<char> text) => RelativePointer().IsMatch(text);

    public static bool IsRegex(ReadOnlySpan<char> text) =>
        EcmaPattern.TryTranslate(text.ToString(), withPairs: false, out _, out _);

    /// <summary>RFC 9562 §4.</summary>
    [GeneratedRegex(@"\A[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\z")]
    private static partial Regex Uuid();

    /// <summary>RFC 6901 §3.</summary>
    [GeneratedRegex(@"\A(?:/(?:[^~/]|~[01])*)*\z")]
    private static partial Regex Pointer();

    /// <summary>draft-bhutton-relative-json-pointer-00 §3.</summary>
    [GeneratedRegex(@"\A(?:0|[1-9][0-9]*)(?:[+-][1-9][0-9]*)?(?:#|(?:/(?:[^~/]|~[01])*)*)\z")]
    private static partial Regex RelativePointer();
}
