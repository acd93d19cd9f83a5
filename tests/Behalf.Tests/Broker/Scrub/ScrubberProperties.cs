using System.Security.Cryptography;
using System.Text;
using Behalf.Broker.Scrub;
using FsCheck;
using FsCheck.Fluent;

namespace Behalf.Tests.Broker.Scrub;

public sealed class ScrubberProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(1000);

    [Fact]
    public void No_encoding_of_a_secret_survives() => Prop.ForAll(
        Secrets.ToArbitrary(),
        Surroundings.Two().ToArbitrary(),
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        (secret, around, choice) =>
        {
            var outer = OneOf(Encodings.Escapings, choice);
            var inner = OneOf(Encodings.Escapings, choice / Encodings.Escapings.Count);
            var echoed = Encoding.UTF8.GetBytes(outer(inner(secret)));
            AssertGone([.. around.Item1, .. echoed, .. around.Item2], echoed, secret);

            var digits = Encoding.ASCII.GetBytes(OneOf(Encodings.Digits, choice)(secret));
            AssertGone([.. around.Item1, .. digits, .. around.Item2], digits, secret);

            var (whole, core) = Encodings.Base64(around.Item1, secret, around.Item2, forUrls: choice % 2 == 0);
            AssertGone(Encoding.ASCII.GetBytes(whole), Encoding.ASCII.GetBytes(core), secret);
        }).Check(Thorough);

    [Fact]
    public void A_body_without_the_secret_stays_as_it_is_to_the_byte() => Prop.ForAll(
        Surroundings.Two().ToArbitrary(),
        around =>
        {
            var secret = RandomNumberGenerator.GetHexString(24);
            byte[] body = [.. around.Item1, .. Encoding.ASCII.GetBytes(secret[..20]), .. around.Item2];
            var copy = body.ToArray();
            var scrubbed = new Scrubber([new(secret)]).Scrub(body, truncated: false);
            Assert.Equal(0, scrubbed.Finds);
            Assert.True(scrubbed.Bytes.Equals(body), "the same memory");
            Assert.Equal(copy, body);
        }).Check(Thorough);

    [Fact]
    public void Only_the_secret_is_taken_out() => Prop.ForAll(
        Secrets.ToArbitrary(),
        Surroundings.Two().ToArbitrary(),
        (secret, around) =>
        {
            byte[] echoed = [.. "<"u8, .. Encoding.UTF8.GetBytes(secret), .. ">"u8];
            var scrubbed = new Scrubber([new(secret)]).Scrub((byte[])[.. around.Item1, .. echoed, .. around.Item2], truncated: false);
            Assert.Equal((byte[])[.. around.Item1, .. "<[redacted]>"u8, .. around.Item2], scrubbed.Bytes.ToArray());
            Assert.Equal(1, scrubbed.Finds);
        }).Check(Thorough);

    /// <summary>Tokens, and anything that a person could have typed: at least eight bytes.</summary>
    private static Gen<string> Secrets { get; } = Gen
        .OneOf(
            Letters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="),
            Letters(" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~abcxu0123456789ABCDEF\r\n\t"),
            Letters("\\%&+u0041x2F;amp#"),
            ArbMap.Default.GeneratorFor<string>().Where(text => text is not null).Select(text => text.EnumerateRunes().ToArray())
                .Select(runes => string.Concat(runes.Select(rune => rune.ToString()))))
        .Where(text => Encoding.UTF8.GetByteCount(text) >= 8);

    /// <summary>Bytes, and the pieces of which escapes are made, so that they run into the secret's own.</summary>
    private static Gen<byte[]> Surroundings { get; } = Gen
        .OneOf(
            ArbMap.Default.GeneratorFor<byte[]>(),
            Gen.Elements("\\", "%", "&", "\\u00", "%2", "&#x", ";", "\"", "\n", "4", "A", "+", "=", "x").ListOf().Select(Pieces))
        .Where(bytes => bytes is not null);

    private static Gen<string> Letters(string alphabet) =>
        Gen.Elements(alphabet.ToCharArray()).ListOf().Resize(120).Select(letters => new string([.. letters]));

    private static byte[] Pieces(IEnumerable<string> pieces) => Encoding.UTF8.GetBytes(string.Concat(pieces));

    private static Func<string, string> OneOf(IReadOnlyDictionary<string, Func<string, string>> encodings, int choice) =>
        encodings.Values.ElementAt(choice % encodings.Count);

    private static void AssertGone(byte[] body, byte[] echoed, string secret)
    {
        var scrubbed = new Scrubber([new(secret)]).Scrub(body, truncated: false);
        Assert.True(scrubbed.Finds > 0, "found");
        Assert.True(scrubbed.Bytes.Span.IndexOf(echoed) < 0, "gone");
    }
}
