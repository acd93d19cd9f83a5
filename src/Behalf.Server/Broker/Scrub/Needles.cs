using System.Text;

namespace Behalf.Broker.Scrub;

/// <summary>Everything to look for in the answers of one call.</summary>
internal sealed class Needles
{
    private readonly List<Needle> _forms = [];
    private readonly List<byte[]> _values = [];
    private (Needle Needle, int At)[]?[]? _places;

    public Needles(IEnumerable<Secret> secrets)
    {
        foreach (var secret in secrets)
        {
            var bytes = Encoding.UTF8.GetBytes(secret.Reveal());
            Needle.AddForms(bytes, _forms);
            if (Needle.IsShort(bytes))
            {
                _values.Add(bytes);
            }
        }

        foreach (var needle in _forms)
        {
            Shortest = Math.Min(Shortest, needle.Bytes.Length);
        }

        foreach (var value in _values)
        {
            Shortest = Math.Min(Shortest, value.Length);
        }
    }

    /// <summary>A text of fewer bytes holds none of them: what is escaped or broken into lines is longer still.</summary>
    public int Shortest { get; } = int.MaxValue;

    public IReadOnlyList<Needle> Forms => _forms;

    /// <summary>Whether the text is nothing but a secret that is too short to be looked for within a text.</summary>
    public bool AreValue(ReadOnlySpan<byte> text)
    {
        foreach (var value in _values)
        {
            if (text.SequenceEqual(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where in which forms a character stands. Made when it is first asked for: most answers never do, and those
    /// that do ask for the same few again and again.</summary>
    public (Needle Needle, int At)[] PlacesOf(byte character) => (_places ??= new (Needle, int)[256][])[character] ??=
    [
        .. from needle in _forms
           where !needle.IsValue
           from at in Enumerable.Range(0, needle.Bytes.Length)
           where needle.Bytes[at] == character
           select (needle, at),
    ];
}
