namespace Behalf.Catalog.JsonSchema;

/// <summary>Reads a regular expression as ECMA-262 has it (with the u flag, and as lenient as without it where that
/// hurts nobody) and writes the same for .NET, whose \d, \w, \s, \b, $ and dot mean something else and whose atoms are
/// UTF-16 units.</summary>
/// <remarks>Lenient means: any punctuation may be escaped, a brace or bracket that opens nothing stands for itself, and
/// a hyphen beside a class escape too. Published schemas are full of these.</remarks>
internal sealed class EcmaPattern
{
    private const int DeepestGroup = 100;

    /// <summary>Lookarounds only, since .NET's own \b knows letters that ECMA's \w does not.</summary>
    private const string WordBoundary =
        "(?:(?<=[A-Za-z0-9_])(?![A-Za-z0-9_])|(?<![A-Za-z0-9_])(?=[A-Za-z0-9_]))";

    private const string NoWordBoundary =
        "(?:(?<=[A-Za-z0-9_])(?=[A-Za-z0-9_])|(?<![A-Za-z0-9_])(?![A-Za-z0-9_]))";

    private readonly PatternText _text;
    private readonly EcmaEscapes _escapes;
    private readonly PatternWriter _writer;
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private int _groups;
    private int _depth;

    private EcmaPattern(string source, bool withPairs)
    {
        _text = new PatternText(source);
        _escapes = new EcmaEscapes(_text);
        _writer = new PatternWriter(withPairs);
    }

    /// <summary>For .NET.</summary>
    public string Translated => _writer.ToString();

    /// <summary>Lookarounds, word boundaries and back references have no automaton.</summary>
    public bool NeedsBacktracking { get; private set; }

    /// <inheritdoc cref="PatternWriter.Pairs"/>
    public int Pairs => _writer.Pairs;

    /// <param name="source">The pattern.</param>
    /// <param name="withPairs">Whether the text may hold surrogate pairs.</param>
    public static bool TryTranslate(string source, bool withPairs, out EcmaPattern pattern, out string? error)
    {
        pattern = new EcmaPattern(source, withPairs);
        pattern.Disjunction();
        if (!pattern._text.IsAtEnd)
        {
            pattern._text.Fail("a ) closes nothing");
        }

        if (!pattern._writer.FillInBackReferences(pattern._groups, pattern._names))
        {
            pattern._text.Fail("a back reference leads to no group");
        }

        error = pattern._text.Error;
        return error is null;
    }

    private void Disjunction()
    {
        do
        {
            while (!_text.IsAtEnd && _text.Peek is not ('|' or ')'))
            {
                Term();
            }
        }
        while (_text.Eat('|') && _writer.Write("|"));
    }

    private void Term()
    {
        var c = _text.Next();
        switch (c)
        {
            case '^':
                _writer.Write(@"\A");
                return;
            case '$':
                _writer.Write(@"\z");
                return;
            case '*' or '+' or '?':
                _text.Fail("there is nothing to repeat");
                return;
            case '(':
                Group();
                break;
            case '.':
                _writer.Write(CodePointSet.LineTerminators.Complement());
                break;
            case '[':
                Class();
                break;
            case '\\' when _text.Peek is 'b' or 'B':
                NeedsBacktracking = _writer.Write(_text.Next() == 'b' ? WordBoundary : NoWordBoundary);
                return;
            case '\\' when _text.Peek is >= '1' and <= '9':
                NeedsBacktracking = true;
                _writer.WriteBackReference(_text.Digits(), null);
                break;
            case '\\' when _text.Eat('k'):
                NeedsBacktracking = true;
                _writer.WriteBackReference(0, _text.Eat('<') ? _text.Until('>') : "");
                break;
            case '\\' when _escapes.TrySet() is { } set:
                _writer.Write(set);
                break;
            case '\\':
                _writer.Write(_escapes.CodePoint());
                break;
            default:
                _writer.Write(c);
                break;
        }

        Quantifier();
    }

    private void Group()
    {
        if (++_depth > DeepestGroup)
        {
            _text.Fail("groups are nested too deep");
        }

        if (!_text.Eat('?'))
        {
            _writer.Write($"(?<{PatternWriter.Group(++_groups)}>");
        }
        else if (_text.Eat(':'))
        {
            _writer.Write("(?:");
        }
        else if (_text.EatAny("=", "!", "<=", "<!") is { } look)
        {
            NeedsBacktracking = _writer.Write($"(?{look}");
        }
        else if (_text.Eat('<'))
        {
            NamedGroup(_text.Until('>'));
        }
        else
        {
            _text.Fail("(? opens no group that is known");
        }

        Disjunction();
        if (!_text.Eat(')'))
        {
            _text.Fail("a ( is not closed");
        }

        _writer.Write(")");
        _depth--;
    }

    private void NamedGroup(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsLetterOrDigit(c) || c is '_' or '$')
            || !_names.TryAdd(name, ++_groups))
        {
            _text.Fail($"{Display.Quote(name)} cannot name a group here");
        }

        _writer.Write($"(?<{PatternWriter.Group(_groups)}>");
    }

    private void Class()
    {
        var isNegated = _text.Eat('^');
        var set = new CodePointSet();
        while (!_text.Eat(']'))
        {
            if (_text.IsAtEnd)
            {
                _text.Fail("a [ is not closed");
                return;
            }

            var (first, firstSet) = ClassAtom();
            if (_text.Peek != '-' || _text.PeekSecond == ']')
            {
                set.Add(firstSet);
                continue;
            }

            _text.Next();
            var (last, lastSet) = ClassAtom();
            if (first is null || last is null)
            {
                set.Add(firstSet).Add('-', '-').Add(lastSet);
            }
            else if (first > last)
            {
                _text.Fail("a range in [] goes backwards");
            }
            else
            {
                set.Add(first.Value, last.Value);
            }
        }

        _writer.Write(isNegated ? set.Complement() : set);
    }

    /// <summary>One code point, or null and a set of several.</summary>
    private (int? Single, CodePointSet Set) ClassAtom()
    {
        var c = _text.Next();
        if (c == '\\')
        {
            if (_escapes.TrySet() is { } set)
            {
                return (null, set);
            }

            c = _text.Eat('b') ? '\b' : _escapes.CodePoint();
        }

        return (c, new CodePointSet().Add(c, c));
    }

    private void Quantifier()
    {
        if (_text.EatAny("*", "+", "?") is { } simple)
        {
            _writer.Write(simple);
        }
        else if (_text.TryRepetition() is { } repetition)
        {
            _writer.Write(repetition);
        }
        else
        {
            return;
        }

        // Whether there is a match does not depend on which is found first, unless a back reference asks for it.
        if (_text.Eat('?') && _text.MayReferBack)
        {
            _writer.Write("?");
        }
    }
}
