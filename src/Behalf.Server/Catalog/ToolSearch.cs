using System.Collections.Frozen;

namespace Behalf.Catalog;

/// <summary>Ranks tools by words: BM25 over slug, name, description and the words people use for it.</summary>
internal sealed class ToolSearch
{
    // The customary constants; see Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009).
    private const double Saturation = 1.2;
    private const double LengthWeight = 0.75;

    private readonly IReadOnlyList<ToolEntry> _tools;
    private readonly double[] _lengths;
    private readonly double _meanLength;
    private readonly FrozenDictionary<string, List<(int Tool, double Weight)>> _postings;

    public ToolSearch(IReadOnlyList<ToolEntry> tools)
    {
        _tools = tools;
        _lengths = new double[tools.Count];
        var postings = new Dictionary<string, List<(int Tool, double Weight)>>(StringComparer.Ordinal);
        for (var i = 0; i < tools.Count; i++)
        {
            foreach (var (word, weight) in WeighWords(tools[i]))
            {
                _lengths[i] += weight;
                if (!postings.TryGetValue(word, out var list))
                {
                    postings.Add(word, list = []);
                }

                list.Add((i, weight));
            }
        }

        _meanLength = tools.Count is 0 ? 1 : _lengths.Average();
        _postings = postings.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Tools that hold at least one of the words, best first; ties in order of slug.</summary>
    public IEnumerable<ToolEntry> Find(string query, Func<ToolEntry, bool> filter)
    {
        var scores = new Dictionary<int, double>();
        foreach (var word in Words(query).Distinct(StringComparer.Ordinal))
        {
            if (!_postings.TryGetValue(word, out var list))
            {
                continue;
            }

            var rarity = Math.Log(1 + ((_tools.Count - list.Count + 0.5) / (list.Count + 0.5)));
            foreach (var (tool, weight) in list)
            {
                var length = 1 - LengthWeight + (LengthWeight * _lengths[tool] / _meanLength);
                var score = rarity * weight * (Saturation + 1) / (weight + (Saturation * length));
                scores[tool] = scores.GetValueOrDefault(tool) + score;
            }
        }

        return scores.OrderByDescending(score => score.Value).ThenBy(score => score.Key)
            .Select(score => _tools[score.Key]).Where(filter);
    }

    private static Dictionary<string, double> WeighWords(ToolEntry tool)
    {
        var (name, description, when) = tool.Text();
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        Add(tool.Slug, 3);
        Add(tool.Toolkit.Name, 1);
        Add(name, 2);
        Add(when, 2);
        Add(description, 1);
        return weights;

        void Add(string text, double weight)
        {
            foreach (var word in Words(text))
            {
                weights[word] = weights.GetValueOrDefault(word) + weight;
            }
        }
    }

    /// <summary>Runs of letters and digits, lower case, without the plural's s.</summary>
    private static IEnumerable<string> Words(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetterOrDigit(text[i]))
            {
                start = start < 0 ? i : start;
            }
            else if (start >= 0)
            {
                var word = text[start..i].ToLowerInvariant();
                yield return word is [.., not 's', 's'] && word.Length > 3 ? word[..^1] : word;
                start = -1;
            }
        }
    }
}
