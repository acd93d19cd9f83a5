using System.Globalization;
using System.Text;

namespace Behalf.Catalog.JsonSchema;

/// <summary>A pattern as it is written for .NET.</summary>
/// <param name="withPairs">Whether the text may hold surrogate pairs; without them the result is far simpler.</param>
internal sealed class PatternWriter(bool withPairs)
{
    private readonly StringBuilder _out = new();
    private readonly List<(int Number, string? Name)> _backReferences = [];

    /// <summary>How many kinds of surrogate pairs it tells apart.</summary>
    public int Pairs { get; private set; }

    public override string ToString() => _out.ToString();

    public bool Write(string text)
    {
        _out.Append(text);
        return true;
    }

    public void Write(CodePointSet set)
    {
        var (units, pairs) = set.ToUtf16();
        if (withPairs && pairs.Count > 0)
        {
            Pairs += pairs.Count;
            Write($"(?:{units}|{string.Join('|', pairs)})");
        }
        else
        {
            Write(units);
        }
    }

    public void Write(int codePoint)
    {
        if (codePoint < 128 && char.IsAsciiLetterOrDigit((char)codePoint))
        {
            _out.Append((char)codePoint);
        }
        else
        {
            Write(new CodePointSet().Add(codePoint, codePoint));
        }
    }

    public static string Group(int number) => string.Create(CultureInfo.InvariantCulture, $"g{number}");

    /// <summary>Where the group took no part a reference matches nothing and succeeds, hence the condition. It may come
    /// before its group, so what it leads to is filled in when all groups are known.</summary>
    public void WriteBackReference(int number, string? name)
    {
        Write($"(?({{{_backReferences.Count}}})\\k<{{{_backReferences.Count}}}>)");
        _backReferences.Add((number, name));
    }

    /// <summary>False if one leads to no group.</summary>
    public bool FillInBackReferences(int groups, IReadOnlyDictionary<string, int> names)
    {
        for (var i = 0; i < _backReferences.Count; i++)
        {
            var (number, name) = _backReferences[i];
            number = name is null ? number : names.GetValueOrDefault(name);
            if (number == 0 || number > groups)
            {
                return false;
            }

            _out.Replace($"{{{i}}}", Group(number));
        }

        return true;
    }
}
