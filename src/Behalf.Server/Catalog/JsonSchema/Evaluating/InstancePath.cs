using System.Globalization;
using System.Text;

namespace Behalf.Catalog.JsonSchema;

/// <summary>Where in the value we are, written as code would: <c>filters[0].name</c>, <c>headers["x y"]</c>.</summary>
/// <param name="root">What messages call the value at the root, where the path is empty.</param>
internal sealed class InstancePath(string root = "the value")
{
    private readonly List<(string? Name, int Index)> _steps = [];

    public string Root => root;

    public void Push(string name) => _steps.Add((name, 0));

    public void Push(int index) => _steps.Add((null, index));

    public void Pop() => _steps.RemoveAt(_steps.Count - 1);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (name, index) in _steps)
        {
            if (name is null)
            {
                text.Append(CultureInfo.InvariantCulture, $"[{index}]");
            }
            else if (IsPlain(name))
            {
                text.Append(text.Length > 0 ? "." : "").Append(name);
            }
            else
            {
                text.Append('[').Append(Display.Quote(name)).Append(']');
            }
        }

        return text.ToString();
    }

    /// <summary>Names come from the model: only harmless ones appear as they are.</summary>
    private static bool IsPlain(string name) =>
        name.Length is > 0 and <= Display.Longest
        && !char.IsAsciiDigit(name[0])
        && name.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '$' or '@' or ':');
}
