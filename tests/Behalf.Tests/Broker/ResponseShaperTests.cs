using System.Text.Json.Nodes;
using Behalf.Broker.Responses;
using Behalf.Catalog;
using static Behalf.Tests.Broker.BrokerFixtures;

namespace Behalf.Tests.Broker;

/// <summary>Answers are reduced to what matters, and say when something is missing.</summary>
public sealed class ResponseShaperTests
{
    private const string Get = """{ "method": "GET", "path": "/x" }""";

    [Theory]
    [InlineData("{}", """{ "a": 1 }""", """{"a":1}""")]
    [InlineData("""{ "root": "/data/x" }""", """{ "data": { "x": { "y": 2 } } }""", """{"y":2}""")]
    [InlineData("{}", "[1,2]", """{"items":[1,2]}""")]
    [InlineData("""{ "as": "names" }""", "[\"a\"]", """{"names":["a"]}""")]
    [InlineData("""{ "as": "count" }""", "7", """{"count":7}""")]
    [InlineData("""{ "pick": ["a", "b.c", "d.e"] }""", """{ "a": 1, "b": { "c": 2, "x": 3 }, "d": [{ "e": 4, "x": 5 }, { "x": 6 }], "z": 7 }""", """{"a":1,"b":{"c":2},"d":[{"e":4},{}]}""")]
    [InlineData("""{ "pick": ["a.b"] }""", """{ "a": null }""", "{}")]
    [InlineData("""{ "drop": ["secret", "list.big"] }""", """{ "secret": 1, "list": [{ "big": 2, "small": 3 }], "kept": 4 }""", """{"list":[{"small":3}],"kept":4}""")]
    [InlineData("""{ "items": "/r/list", "as": "things", "keep": { "total": "/r/n" }, "pick": ["id"] }""",
        """{ "r": { "list": [{ "id": 1, "x": 2 }], "n": 9 } }""", """{"things":[{"id":1}],"total":9}""")]
    [InlineData("""{ "items": "/list" }""", """{ "other": 1 }""", """{"items":[]}""")]
    [InlineData("""{ "empty": { "done": true } }""", "", """{"done":true}""")]
    [InlineData("{}", "", "{}")]
    [InlineData("""{ "decode": "text" }""", "plain\ntext", """{"text":"plain\ntext"}""")]
    public void Answers_are_shaped_as_the_definition_says(string response, string body, string expected) =>
        Assert.Equal(expected, Shape(response, Answer(200, body)).Data.ToJsonString());

    [Theory]
    [InlineData("""{ "data": null }""")]
    [InlineData("""{ "data": { "x": null } }""")]
    [InlineData("[]")]
    public void A_result_that_is_not_there_is_not_found_and_not_empty(string body) =>
        Assert.Equal(UpstreamErrorKind.NotFound, Shape("""{ "root": "/data/x" }""", Answer(200, body)).Error?.Kind);

    [Fact]
    public void What_is_not_json_is_a_failure_and_not_an_exception()
    {
        var outcome = Shape("{}", Answer(200, "<html>maintenance</html>"));
        Assert.Equal(UpstreamErrorKind.Unavailable, outcome.Error?.Kind);
        Assert.DoesNotContain("maintenance", outcome.Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "items": [], "next": "abc" }""", """{"cursor":"abc"}""")]
    [InlineData("""{ "items": [], "next": 7 }""", """{"cursor":7}""")]
    [InlineData("""{ "items": [], "next": "abc", "more": true }""", """{"cursor":"abc"}""")]
    [InlineData("""{ "items": [], "next": "" }""", null)]
    [InlineData("""{ "items": [], "next": null }""", null)]
    [InlineData("""{ "items": [] }""", null)]
    public void A_cursor_becomes_the_arguments_of_the_next_call(string body, string? next) =>
        Assert.Equal(next, ShapePage("""{ "style": "cursor", "parameter": "cursor", "next": "/next" }""", Answer(200, body))["next"]?.ToJsonString());

    [Fact]
    public void A_cursor_counts_only_while_there_is_more() =>
        Assert.Null(ShapePage("""{ "style": "cursor", "parameter": "after", "next": "/next", "hasMore": "/more" }""",
            Answer(200, """{ "items": [], "next": "abc", "more": false }"""))["next"]);

    [Theory]
    [InlineData("<https://api.test/x?page=3&n=1>; rel=\"next\", <https://api.test/x?page=9>; rel=\"last\"", """{"page":3}""")]
    [InlineData("<https://api.test/x?page=1>; rel=\"prev\", <https://evil.test/steal?page=4>; rel=next", """{"page":4}""")]
    [InlineData("<https://api.test/x?after=abc>; rel=\"next\"", null)]
    [InlineData("<https://api.test/x?page=9>; rel=\"last\"", null)]
    [InlineData("nonsense", null)]
    public void A_link_header_gives_its_one_parameter_and_never_its_address(string link, string? next) =>
        Assert.Equal(next, ShapePage("""{ "style": "link_header", "parameter": "page" }""", Answer(200, """{ "items": [] }""", ("Link", link)))["next"]?.ToJsonString());

    [Fact]
    public void A_list_that_is_too_long_is_cut_and_says_how_to_get_the_rest()
    {
        var body = new JsonObject { ["items"] = new JsonArray([.. Enumerable.Range(0, 60).Select(i => new JsonObject { ["id"] = i, ["text"] = new string('x', 100) })]), ["next"] = "abc" };
        var data = ShapePage("""{ "style": "cursor", "parameter": "cursor", "limitParameter": "limit", "next": "/next" }""", Answer(200, body.ToJsonString()), maxBytes: 3000);
        var kept = data["items"]!.AsArray().Count;
        Assert.InRange(data.ToJsonString().Length, 1500, 3000);
        Assert.Equal($"cut {60 - kept} of 60 items to keep the answer small; ask again with limit={kept}.", data["_truncated"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    public void Long_texts_are_cut_between_letters_where_there_is_no_list_to_cut(string first)
    {
        var body = new JsonObject { ["id"] = 1, ["body"] = first + string.Concat(Enumerable.Repeat("🎉", 4000)) };
        var data = Shape("""{ "maxBytes": 2000 }""", Answer(200, body.ToJsonString())).Data;
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(data.ToJsonString(Behalf.Broker.Requests.BodyWriter.Json)), 500, 2000);
        Assert.StartsWith("cut the text at $.body to ", data["_truncated"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(1, data["id"]!.GetValue<int>());
        Assert.False(char.IsHighSurrogate(data["body"]!.GetValue<string>()[^1]));
    }

    [Fact]
    public void What_cannot_be_shortened_is_left_out_with_a_note()
    {
        var body = new JsonObject([.. Enumerable.Range(0, 1000).Select(i => KeyValuePair.Create($"member{i}", (JsonNode?)i))]);
        var data = Shape("""{ "maxBytes": 2000 }""", Answer(200, body.ToJsonString())).Data;
        Assert.Equal("""{"_truncated":"the answer is larger than 2000 bytes and could not be shortened; ask for less"}""", data.ToJsonString());
    }

    [Fact]
    public void A_result_that_fits_has_no_note() =>
        Assert.False(Shape("""{ "maxBytes": 2000 }""", Answer(200, """{ "a": 1 }""")).Data.ContainsKey("_truncated"));

    [Fact]
    public void An_item_whose_follow_up_failed_stays_as_the_list_has_it()
    {
        var tool = Tool(
            """{ "method": "GET", "path": "/x", "followUp": { "items": "/items", "path": "/x/{item.id}", "max": 5 } }""", "", """{ "items": "/items" }""");
        var outcome = ResponseShaper.Shape(Toolkit(), tool, Answer(200, """{ "items": [{ "id": 1 }, { "id": 2 }, { "id": 3 }] }"""),
            [Answer(200, """{ "id": 1, "full": true }"""), Answer(404, """{ "secret": "x" }""")]);
        Assert.Equal("""{"items":[{"id":1,"full":true},{"id":2},{"id":3}]}""", outcome.Data.ToJsonString());
    }

    [Fact]
    public void A_mail_without_plain_text_gives_its_html_without_the_markup()
    {
        var html = "<html><head><style>p{}</style></head><body><!-- x --><p>Dear&nbsp;Ada,</p>\n\n\n<script>steal()</script><div>see <a href=\"x\">this</a>.</div></body></html>";
        var message = new JsonObject
        {
            ["id"] = "1",
            ["payload"] = new JsonObject
            {
                ["mimeType"] = "text/html",
                ["headers"] = new JsonArray(new JsonObject { ["name"] = "SUBJECT", ["value"] = "Hi" }),
                ["body"] = new JsonObject { ["data"] = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(html)) },
            },
        };
        var data = Shape("""{ "decode": "gmail-message" }""", Answer(200, message.ToJsonString())).Data;
        Assert.Equal("Dear\u00a0Ada,\n\nsee this.", data["messageText"]!.GetValue<string>());
        Assert.Equal("Hi", data["subject"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{ "id": "1", "payload": { "mimeType": "text/plain", "body": { "data": "%%%" } } }""")]
    [InlineData("""{ "id": "1", "internalDate": "99999999999999999", "payload": { "headers": [null, {}, { "name": 1 }] } }""")]
    [InlineData("""{ "payload": "x" }""")]
    [InlineData("[]")]
    public void A_mail_of_strange_form_is_no_reason_to_fail(string body) =>
        Assert.Null(Shape("""{ "decode": "gmail-message" }""", Answer(200, body)).Error);

    /// <summary>Providers answer what they like; whatever it is, it is shaped or refused.</summary>
    [Theory]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":{\"b\":1,\"b\":2}}")]
    [InlineData("{\"a\":\"\\ud800\",\"error\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"a\":1e999}")]
    [InlineData("\u0000")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("{\"a\":[[[[[[[[[[{}]]]]]]]]]],\"\":null}")]
    public void Strange_answers_are_no_reason_to_fail(string body)
    {
        foreach (var status in new[] { 200, 403, 500 })
        {
            foreach (var rules in new[] { "{}", """{ "pick": ["a.b"] }""", """{ "items": "/a" }""", """{ "root": "/a" }""", """{ "decode": "gmail-message" }""" })
            {
                foreach (var slug in new[] { "slack", "gmail", "linear", "github" })
                {
                    Assert.True(Shipped.TryGetToolkit(slug, out var toolkit));
                    var outcome = ResponseShaper.Shape(toolkit, Tool(Get, "", rules), Answer(status, body), []);
                    Assert.NotNull(outcome.Data.ToJsonString());
                }
            }
        }
    }

    private static ToolOutcome Shape(string response, UpstreamAnswer answer) =>
        ResponseShaper.Shape(Toolkit(), Tool(Get, "", response), answer, []);

    private static JsonObject ShapePage(string pagination, UpstreamAnswer answer, int maxBytes = 60000) =>
        ResponseShaper.Shape(
            Toolkit($"\"pagination\": {{ \"p\": {pagination} }},"),
            Tool(Get, "cursor,limit,page", $$"""{ "items": "/items", "page": "p", "maxBytes": {{maxBytes}} }"""), answer, []).Data;
}
