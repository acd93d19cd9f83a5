using System.Text;
using System.Text.Json;
using Behalf.Broker;
using FsCheck;
using FsCheck.Fluent;

namespace Behalf.Tests.Broker;

/// <summary>What is JSON by its grammar can be looked at, whatever is in its texts.</summary>
public sealed class LenientJsonTests
{
    [Theory]
    [InlineData("\"\\ud83c\\udf89\"", "🎉")]
    [InlineData("\"a\\ud83c\"", "a\ufffd")]
    [InlineData("\"\\udf89b\"", "\ufffdb")]
    [InlineData("\"\\ud83c\\ud83c\\udf89\"", "\ufffd🎉")]
    [InlineData("\"\\\\ud83c\"", "\\ud83c")]
    [InlineData("\"\\\\\\ud83c\"", "\\\ufffd")]
    [InlineData("\"\\u0041\"", "A")]
    public void Half_a_letter_becomes_the_replacement_character(string json, string text) =>
        Assert.Equal(text, LenientJson.Parse(Encoding.UTF8.GetBytes(json))!.GetValue<string>());

    [Fact]
    public void The_last_of_several_members_counts_at_any_depth() =>
        Assert.Equal("""{"a":{"b":2},"c":[{"d":4}]}""",
            LenientJson.Parse("""{"a":1,"a":{"b":1,"b":2},"c":[{"d":3,"d":4}]}"""u8)!.ToJsonString());

    [Fact]
    public void Bytes_that_are_no_text_and_a_mark_at_the_start_are_put_up_with()
    {
        Assert.Equal("a\ufffd", LenientJson.Parse([(byte)'"', (byte)'a', 0xFF, (byte)'"'])!.GetValue<string>());
        Assert.Equal(1, LenientJson.Parse([0xEF, 0xBB, 0xBF, (byte)'1'])!.GetValue<int>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("\"\\u12\"")]
    [InlineData("\"\\")]
    [InlineData("{} {}")]
    public void What_is_not_json_is_refused(string json) =>
        Assert.ThrowsAny<JsonException>(() => LenientJson.Parse(Encoding.UTF8.GetBytes(json)));

    /// <summary>Any text, written by a serializer that keeps its surrogates as they are, reads as the platform would
    /// write it.</summary>
    [Fact]
    public void Any_text_reads_as_itself_with_its_broken_letters_replaced() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<char[]>(),
        letters =>
        {
            var json = $"\"{string.Concat(letters.Select(letter => $"\\u{(int)letter:x4}"))}\"";
            var expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(new string(letters)));
            return LenientJson.Parse(Encoding.ASCII.GetBytes(json))!.GetValue<string>() == expected;
        }));
}
