using System.Text;
using System.Text.Json;
using Behalf.Broker.Requests;
using static Behalf.Tests.Broker.BrokerFixtures;

namespace Behalf.Tests.Broker;

/// <summary>Arguments become a request under the definition's own address, whatever they hold.</summary>
public sealed class RequestBuilderTests
{
    [Theory]
    [InlineData("repeat", "https://api.test/v1/x?ids=1&ids=b%26c")]
    [InlineData("csv", "https://api.test/v1/x?ids=1%2Cb%26c")]
    [InlineData("brackets", "https://api.test/v1/x?ids%5B%5D=1&ids%5B%5D=b%26c")]
    [InlineData("json", "https://api.test/v1/x?ids=%5B1%2C%22b%26c%22%5D")]
    public void Lists_are_written_in_the_style_of_the_definition(string style, string url) =>
        Assert.Equal(url, Build(
            $$"""{ "method": "GET", "path": "/x", "bind": { "ids": { "style": "{{style}}" } } }""", "ids", """{ "ids": [1, "b&c"] }""")
            .Url.AbsoluteUri);

    [Theory]
    [InlineData("true", "true")]
    [InlineData("5.0", "5")]
    [InlineData("1e3", "1000")]
    [InlineData("0.5", "0.5")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("\"a b\"", "a%20b")]
    [InlineData("{\"a\":\"ü\"}", "%7B%22a%22%3A%22%C3%BC%22%7D")]
    public void Values_are_written_as_urls_write_them(string value, string text) =>
        Assert.Equal($"https://api.test/v1/x?v={text}", Build(
            """{ "method": "GET", "path": "/x" }""", "v", $$"""{ "v": {{value}} }""").Url.AbsoluteUri);

    [Theory]
    [InlineData("//evil.test")]
    [InlineData("/\\evil.test")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("../../admin")]
    [InlineData("..%2f..")]
    [InlineData("%2e%2e")]
    [InlineData("a\r\nHost: evil.test")]
    [InlineData("a∕..∕b")]
    [InlineData("")]
    public void Path_tricks_are_refused_and_the_parameter_is_named(string value)
    {
        foreach (var path in new[] { "/repos/{owner}/x", "/files/{owner*}" })
        {
            if (value is "//evil.test" && path.Contains('*', StringComparison.Ordinal))
            {
                continue;
            }

            var refusal = Assert.Throws<ToolArgumentException>(() => Build(
                $$"""{ "method": "GET", "path": "{{path}}" }""", "owner", JsonSerializer.Serialize(new { owner = value })));
            Assert.Equal("owner", refusal.Parameter);
        }
    }

    [Theory]
    [InlineData("@evil.test", "https://api.test/v1/repos/%40evil.test/x")]
    [InlineData("http:evil.test", "https://api.test/v1/repos/http%3Aevil.test/x")]
    [InlineData("?#&=", "https://api.test/v1/repos/%3F%23%26%3D/x")]
    [InlineData("a b+c", "https://api.test/v1/repos/a%20b%2Bc/x")]
    [InlineData("Ünï", "https://api.test/v1/repos/%C3%9Cn%C3%AF/x")]
    public void Anything_else_stays_one_encoded_segment(string value, string url) =>
        Assert.Equal(url, Build("""{ "method": "GET", "path": "/repos/{owner}/x" }""", "owner", JsonSerializer.Serialize(new { owner = value }))
            .Url.AbsoluteUri);

    [Fact]
    public void A_path_of_several_segments_keeps_its_slashes() =>
        Assert.Equal("https://api.test/v1/files/a/b%23c/d.txt", Build(
            """{ "method": "GET", "path": "/files/{path*}" }""", "path", """{ "path": "/a/b#c/d.txt" }""").Url.AbsoluteUri);

    [Fact]
    public void A_body_is_json_of_what_is_given_and_nothing_else()
    {
        var request = Build(
            """{ "method": "POST", "path": "/x/{id}", "bind": { "cc_list": { "name": "ccList" }, "dry": { "in": "query" }, "old": { "in": "drop" } } }""",
            "id,title,cc_list,dry,old,absent", """{ "id": "7", "title": "ü\n", "cc_list": ["a"], "dry": true, "old": 1 }""");
        Assert.Equal("https://api.test/v1/x/7?dry=true", request.Url.AbsoluteUri);
        Assert.Equal("{\"title\":\"ü\\n\",\"ccList\":[\"a\"]}", Text(request));
        Assert.Equal("application/json; charset=utf-8", request.ContentType);
    }

    [Fact]
    public void A_form_is_encoded_as_browsers_do() =>
        Assert.Equal("text=a+b%26c%3D%C3%BC&ids=1%2C2", Text(Build(
            """{ "method": "POST", "path": "/x", "encoding": "form", "bind": { "ids": { "style": "csv" } } }""", "text,ids", """{ "text": "a b&c=ü", "ids": [1, 2] }""")));

    [Fact]
    public void Without_anything_for_the_body_there_is_none()
    {
        var none = Build("""{ "method": "POST", "path": "/x/{id}" }""", "id", """{ "id": "7" }""");
        Assert.Equal((null, 0), (none.ContentType, none.Content.Length));
        Assert.Equal("{}", Text(Build("""{ "method": "POST", "path": "/x" }""", "title", "{}")));
        Assert.Equal("https://api.test/v1/x?title=t", Build("""{ "method": "POST", "path": "/x", "encoding": "none" }""", "title", """{ "title": "t" }""").Url.AbsoluteUri);
    }

    [Fact]
    public void Headers_come_from_toolkit_tool_and_argument_the_later_one_wins()
    {
        var tool = Tool("""{ "method": "GET", "path": "/x", "headers": { "accept": "text/plain" }, "bind": { "range": { "in": "header", "name": "X-Range" } } }""", "range");
        var toolkit = Toolkit("\"headers\": { \"Accept\": \"a/b\", \"X-Version\": \"2\" },");
        var request = RequestBuilder.Build(toolkit, tool, JsonElement.Parse("""{ "range": "1-2" }"""), NoVariables);
        Assert.Equal(["Accept: text/plain", "X-Range: 1-2", "X-Version: 2"], request.Headers.Select(h => $"{h.Key}: {h.Value}").Order());
        Assert.Throws<ToolArgumentException>(() =>
            RequestBuilder.Build(toolkit, tool, JsonElement.Parse("""{ "range": "1\r\nHost: evil.test" }"""), NoVariables));
    }

    [Fact]
    public void GraphQL_arguments_are_variables_and_never_part_of_the_document()
    {
        var request = Build(
            """{ "method": "POST", "path": "/graphql", "graphQl": { "document": "query($id: ID!) { x(id: $id) { y } }", "variables": { "id": "{id}", "filter": { "owner": "{owner}" } } } }""",
            "id,owner", """{ "id": "\") { secrets } #" }""");
        Assert.Equal("""{"query":"query($id: ID!) { x(id: $id) { y } }","variables":{"id":"\") { secrets } #","filter":{}}}""", Text(request));
    }

    [Fact]
    public void Nulls_are_absence_and_defaults_are_filled_in()
    {
        var tool = JsonSerializer.Deserialize<Behalf.Catalog.Tool>("""
            { "slug": "X_Y", "name": "Y", "description": "", "hints": { "readOnly": true, "destructive": false, "idempotent": true, "openWorld": true },
              "input": { "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "integer", "default": 3 } } },
              "output": { "type": "object", "properties": {} }, "request": { "method": "GET", "path": "/" } }
            """, Behalf.Catalog.CatalogJson.Options)!;
        Assert.Equal("{\"b\":3}", ToolArguments.Prepare(tool, JsonElement.Parse("""{ "a": null, "b": null }""")).GetRawText());
        Assert.Equal(4, ToolArguments.Prepare(tool, JsonElement.Parse("""{ "b": 4 }""")).GetProperty("b").GetInt32());
        Assert.Equal("{\"a\":\"x\",\"b\":3}", ToolArguments.Prepare(tool, JsonElement.Parse("""{ "a": "x" }""")).GetRawText());
        Assert.Equal("{\"b\":5}", ToolArguments.Prepare(tool, JsonElement.Parse("""{ "b": 4, "b": 5 }""")).GetRawText());
        Assert.Equal("{\"b\":3}", ToolArguments.Prepare(tool, default).GetRawText());
        Assert.Equal("[1]", ToolArguments.Prepare(tool, JsonElement.Parse("[1]")).GetRawText());
    }

    [Fact]
    public void Rules_over_several_arguments_are_told_in_words()
    {
        var tool = Tool("""{ "method": "POST", "path": "/x" }""", "to,cc,text,blocks", rules:
            """[{ "kind": "at_least_one", "of": ["to", "cc"] }, { "kind": "at_most_one", "of": ["text", "blocks"] }]""");
        Assert.Equal(["Give at least one of to, cc.", "Give only one of text, blocks."],
            ToolArguments.BrokenRules(tool, JsonElement.Parse("""{ "cc": [], "to": "", "text": "a", "blocks": [1] }""")));
        Assert.Empty(ToolArguments.BrokenRules(tool, JsonElement.Parse("""{ "cc": ["a"], "text": "a" }""")));
    }

    [Fact]
    public void Follow_ups_are_made_for_items_up_to_the_maximum_and_not_where_the_list_is_wanted_as_it_is()
    {
        var tool = Tool(
            """{ "method": "GET", "path": "/list/{box}", "followUp": { "items": "/items", "path": "/list/{box}/{item.id}", "query": { "full": true }, "max": 2, "unless": "ids_only" } }""",
            "box,ids_only");
        var list = JsonElement.Parse("""{ "items": [{ "id": "a" }, { "id": 2 }, { "id": "c" }] }""");
        Assert.Equal(["https://api.test/v1/list/in/a?full=true", "https://api.test/v1/list/in/2?full=true"], Urls("""{ "box": "in" }""", list));
        Assert.Empty(Urls("""{ "box": "in", "ids_only": true }""", list));
        Assert.Empty(Urls("""{ "box": "in" }""", JsonElement.Parse("{}")));
        Assert.Throws<ToolArgumentException>(() => Urls("""{ "box": "in" }""", JsonElement.Parse("""{ "items": [{ "id": "../x" }] }""")));
        Assert.Throws<ToolArgumentException>(() => Urls("""{ "box": "in" }""", JsonElement.Parse("""{ "items": [7] }""")));
        Assert.Single(Urls("""{ "box": "in" }""", JsonElement.Parse("""{ "items": [{ "id": "\ud800" }] }""")));

        IEnumerable<string> Urls(string arguments, JsonElement answer) =>
            RequestBuilder.FollowUps(Toolkit(), tool, JsonElement.Parse(arguments), NoVariables, answer).Select(request => request.Url.AbsoluteUri);
    }

    /// <summary>A model may send anything that is JSON; it becomes a request or is refused in words.</summary>
    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\ud800\":\"\\udc00\"}")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("1e999")]
    [InlineData("-0")]
    [InlineData("[[],{},null,\"\\u0000\"]")]
    public void Strange_arguments_are_sent_or_refused(string value)
    {
        foreach (var request in new[]
        {
            """{ "method": "GET", "path": "/x/{v}" }""", """{ "method": "GET", "path": "/x" }""",
            """{ "method": "POST", "path": "/x" }""", """{ "method": "POST", "path": "/x", "encoding": "form" }""",
            """{ "method": "POST", "path": "/x", "body": { "v": { "$base64url": { "$rfc5322": { "to": "a@b.example", "subject": "{v}", "body": "{v}" } } } } }""",
            """{ "method": "GET", "path": "/x", "bind": { "v": { "in": "header", "name": "X-V" } } }""",
        })
        {
            var tool = Tool(request, "v");
            try
            {
                var arguments = ToolArguments.Prepare(tool, JsonElement.Parse($$"""{ "v": {{value}} }"""));
                Assert.NotNull(RequestBuilder.Build(Toolkit(), tool, arguments, NoVariables).Url);
            }
            catch (ToolArgumentException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    internal static ToolHttpRequest Build(string request, string parameters, string arguments) =>
        RequestBuilder.Build(Toolkit(), Tool(request, parameters), JsonElement.Parse(arguments), NoVariables);

    internal static string Text(ToolHttpRequest request) => Encoding.UTF8.GetString(request.Content.Span);
}
