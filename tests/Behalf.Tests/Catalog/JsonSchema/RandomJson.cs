using System.Text.Json.Nodes;

namespace Behalf.Tests.Catalog.JsonSchema;

/// <summary>Small JSON values out of few words, so that schemas and instances meet.
/// The same seed gives the same values.</summary>
internal sealed class RandomJson(Random random)
{
    private static readonly string[] FieldNames = ["a", "b", "c", "x-1", "x-2", "naïve", "a/b~c", "🐲"];

    private static readonly string[] Texts =
    [
        "", "a", "b", "abc", "aba", "ABC", "123", "a1b2", "🐲", "🐲🐲", "naïve", "line\nbreak", " ", "\u00a0", "2026-01-31",
        "2026-02-30", "2026-01-31T09:30:00Z", "2026-01-31T09:30:00", "09:30:00Z", "alice@example.com", "no mail", "192.0.2.1",
        "256.0.0.1", "2001:db8::1", "2001:db8::1::2", "https://example.com/a?b#c", "not a uri", "/relative",
        "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08", "/a/0", "a/0", "[a-z", "\"quoted\\\"",
    ];

    private static readonly string[] Numbers =
        ["0", "1", "-1", "2", "3", "7", "10", "1.0", "1.5", "0.5", "-0.5", "2.25", "1e2", "100", "-3", "4.0", "1000000", "0.0"];

    public Random Random => random;

    public string FieldName() => Pick(FieldNames);

    public string Text() => Pick(Texts);

    public JsonNode Number() => JsonNode.Parse(Pick(Numbers))!;

    public T Pick<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    /// <summary>True in one of so many cases.</summary>
    public bool OneIn(int cases) => random.Next(cases) == 0;

    public JsonNode? Value(int depth = 3) => random.Next(depth > 0 ? 9 : 6) switch
    {
        0 => null,
        1 => JsonValue.Create(OneIn(2)),
        2 or 3 => Number(),
        4 or 5 => JsonValue.Create(Text()),
        6 => new JsonArray([.. Many(4, () => Value(depth - 1))]),
        _ => Object(FieldName, () => Value(depth - 1)),
    };

    public JsonObject Object(Func<string> name, Func<JsonNode?> value, int most = 4)
    {
        var made = new JsonObject();
        for (var i = random.Next(most + 1); i > 0; i--)
        {
            made[name()] = value();
        }

        return made;
    }

    public IEnumerable<T> Many<T>(int most, Func<T> make, int least = 0) =>
        [.. Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => make())];
}
