using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Behalf.Wire;

/// <summary>One page of a list, as every list of the wire ends.</summary>
internal sealed record Page<T>
{
    public required IReadOnlyList<T> Items { get; init; }

    public required string? NextCursor { get; init; }

    public required int TotalPages { get; init; }

    public required int CurrentPage { get; init; }

    public required int TotalItems { get; init; }
}

/// <summary>Where a page starts: after a row of which the sort key and the id are known, or at the beginning. A caller
/// passes cursors back unread; one that does not parse is a bad request, not a first page.</summary>
internal sealed record PageRequest
{
    public required int Limit { get; init; }

    public int Number { get; init; } = 1;

    /// <summary>Sort key and id of the last row of the page before; null on the first page.</summary>
    public (long Key, byte[] Id)? After { get; init; }

    public static PageRequest Parse(int? limit, string? cursor, int most = 1000, int usual = 20)
    {
        if (limit is < 1)
        {
            throw new Problem(Refusal.InvalidRequest, "limit must be 1 or more.");
        }

        var request = new PageRequest { Limit = Math.Min(limit ?? usual, most) };
        return string.IsNullOrEmpty(cursor) ? request : Decode(request, cursor);
    }

    /// <summary>Cuts the row that was read beyond the limit and says where the next page starts.</summary>
    public Page<T> ToPage<TRow, T>(
        IReadOnlyList<TRow> rowsAndOneMore, int total, Func<TRow, T> show, Func<TRow, (long Key, byte[] Id)> position)
    {
        var more = rowsAndOneMore.Count > Limit;
        var rows = more ? rowsAndOneMore.Take(Limit).ToList() : rowsAndOneMore;
        return new Page<T>
        {
            Items = [.. rows.Select(show)],
            NextCursor = more ? Encode(position(rows[^1]), Number + 1) : null,
            TotalItems = total,
            TotalPages = (total + Limit - 1) / Limit,
            CurrentPage = Number,
        };
    }

    /// <summary>For lists that lie in memory: the key of the cursor is the offset.</summary>
    public int Offset => (int)Math.Clamp(After?.Key ?? 0, 0, int.MaxValue / 2);

    public Page<T> ToOffsetPage<T>(IReadOnlyList<T> items, int total) => new()
    {
        Items = items,
        NextCursor = Offset + items.Count < total && items.Count > 0 ? Encode((Offset + items.Count, []), Number + 1) : null,
        TotalItems = total,
        TotalPages = (total + Limit - 1) / Limit,
        CurrentPage = Number,
    };

    private static string Encode((long Key, byte[] Id) position, int number) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"1.{number}.{position.Key}.{Convert.ToHexString(position.Id)}")));

    private static PageRequest Decode(PageRequest request, string cursor)
    {
        Span<byte> bytes = stackalloc byte[200];
        if (cursor.Length <= 200 && TryDecode(cursor, bytes, out var length))
        {
            var parts = Encoding.ASCII.GetString(bytes[..length]).Split('.');
            if (parts is ["1", var number, var key, { Length: <= 64 } id] && id.Length % 2 == 0 && id.All(char.IsAsciiHexDigit)
                && int.TryParse(number, CultureInfo.InvariantCulture, out var page) && page > 1
                && long.TryParse(key, CultureInfo.InvariantCulture, out var sortKey))
            {
                return request with { Number = page, After = (sortKey, Convert.FromHexString(id)) };
            }
        }

        throw new Problem(Refusal.InvalidRequest, "The cursor is not one of this server's.", "Leave cursor out to start at the first page.");
    }

    private static bool TryDecode(string cursor, Span<byte> bytes, out int length)
    {
        length = 0;
        return Base64Url.IsValid(cursor) && Base64Url.TryDecodeFromChars(cursor, bytes, out length);
    }
}
