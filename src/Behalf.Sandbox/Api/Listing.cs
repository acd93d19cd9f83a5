using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Api;

/// <summary>Something with its place in the order of arrival; lists show the newest first.</summary>
internal readonly record struct Numbered<T>(int Number, T Item);

/// <summary>One page of a list.</summary>
internal sealed record Listing<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Cuts lists into pages. The cursor names the last item seen, so that what arrives meanwhile shifts
/// nothing.</summary>
internal static class Listing
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    public static Listing<T> Of<T>(IEnumerable<Numbered<T>> all, int? limit, string? cursor)
    {
        var size = limit ?? DefaultLimit;
        if (size is < 1 or > MaxLimit)
        {
            throw new Refused(400, "invalid_request", $"limit is 1 to {MaxLimit}.");
        }

        var before = cursor is null ? int.MaxValue : Decode(cursor);
        var rest = all.Where(item => item.Number < before)
            .OrderByDescending(item => item.Number).Take(size + 1).ToList();
        return new Listing<T>(
            [.. rest.Take(size).Select(numbered => numbered.Item)],
            rest.Count > size ? Encode(rest[size - 1].Number) : null);
    }

    private static string Encode(int number) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes($"before:{number}"));

    private static int Decode(string cursor)
    {
        var bytes = new byte[cursor.Length];
        return Base64Url.TryDecodeFromChars(cursor, bytes, out var length)
            && Encoding.ASCII.GetString(bytes, 0, length) is ['b', 'e', 'f', 'o', 'r', 'e', ':', .. var digits]
            && int.TryParse(digits, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new Refused(400, "invalid_request", "cursor is not one that this list gave.");
    }
}
