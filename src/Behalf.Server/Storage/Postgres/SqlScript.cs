using System.Text;

namespace Behalf.Storage.Postgres;

/// <summary>Cuts a script into statements at the semicolons outside of quotes, dollar quotes and comments.</summary>
internal static class SqlScript
{
    public static IReadOnlyList<string> Split(string script)
    {
        var statements = new List<string>();
        var current = new StringBuilder();
        for (var i = 0; i < script.Length;)
        {
            var length = TokenLength(script, i);
            if (length == 1 && script[i] == ';')
            {
                Add(statements, current);
            }
            else if (!IsComment(script, i))
            {
                current.Append(script, i, length);
            }

            i += length;
        }

        Add(statements, current);
        return statements;
    }

    private static void Add(List<string> statements, StringBuilder current)
    {
        if (!string.IsNullOrWhiteSpace(current.ToString()))
        {
            statements.Add(current.ToString().Trim());
        }

        current.Clear();
    }

    private static bool IsComment(string script, int at) => script.AsSpan(at).StartsWith("--");

    private static int TokenLength(string script, int at)
    {
        var (open, close) = IsComment(script, at) ? ("--", "\n")
            : script.AsSpan(at).StartsWith("$$") ? ("$$", "$$")
            : script[at] == '\'' ? ("'", "'")
            : ("", "");
        if (open.Length == 0)
        {
            return 1;
        }

        var end = script.IndexOf(close, at + open.Length, StringComparison.Ordinal);
        return end < 0 ? script.Length - at : end + close.Length - at;
    }
}
