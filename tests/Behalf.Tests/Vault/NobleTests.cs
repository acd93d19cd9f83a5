using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Keys;
using Behalf.Tests.Support;
using Behalf.Vault;

namespace Behalf.Tests.Vault;

/// <summary>Records cross to an implementation that shares no code with ours, and back.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class NobleTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    [Fact]
    public async Task What_we_seal_the_other_implementation_opens()
    {
        var cases = Samples().Select(sample =>
        {
            var key = Convert.FromHexString(sample.Key);
            var plaintext = Convert.FromHexString(sample.Plaintext!);
            using var sealing = new SealingKey(key);
            var box = sample.Purpose == BoxPurpose.Secret
                ? CredentialFormat.Seal(key, sample.Context.ToRecord(), plaintext)
                : DataKeyFormat.Wrap(sealing, sample.Context.ToDataKey(), plaintext);
            return sample with { Op = "open", Box = Convert.ToHexStringLower(box) };
        }).ToArray();

        var answers = await AskAsync(cases);

        Assert.Equal(cases.Select(c => c.Plaintext), answers.Select(a => a.Plaintext));
    }

    [Fact]
    public async Task What_the_other_implementation_seals_we_open()
    {
        var cases = Samples()
            .Select(sample => sample with { Op = "seal", Nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)) })
            .ToArray();

        var answers = await AskAsync(cases);

        Assert.Equal(cases.Length, answers.Length);
        foreach (var (sealedCase, answer) in cases.Zip(answers))
        {
            var opened = await (sealedCase with { Box = answer.Box }).OpenAsync();
            Assert.Equal(sealedCase.Plaintext, Convert.ToHexStringLower(opened));
        }
    }

    [Fact]
    public async Task Both_refuse_the_same_boxes_for_the_same_reason()
    {
        var whole = Samples()[0];
        var key = Convert.FromHexString(whole.Key);
        var box = CredentialFormat.Seal(key, whole.Context.ToRecord(), "a secret"u8);
        int[] positions = [0, 4, 5, 6, 8, 24, 36, box.Length - 1];
        var cases = positions.Select(position =>
        {
            var altered = (byte[])box.Clone();
            altered[position] ^= 1;
            return whole with { Op = "open", Box = Convert.ToHexStringLower(altered) };
        }).ToArray();

        var theirs = await AskAsync(cases);

        foreach (var (altered, answer) in cases.Zip(theirs))
        {
            var ours = await Assert.ThrowsAsync<CredentialIntegrityException>(altered.OpenAsync);
            Assert.Equal(answer.Fault, ours.Fault.ToString(), ignoreCase: true);
        }
    }

    /// <summary>Secrets and data keys of random fields and 0 to 4 kB.</summary>
    private static BoxCase[] Samples() =>
    [
        .. from purpose in new[] { BoxPurpose.Secret, BoxPurpose.DataKey }
           from size in new[] { 32, 0, 1, 15, 16, 17, 4096 }
           select new BoxCase
           {
               Purpose = purpose,
               Key = Random(32),
               Plaintext = Random(size),
               Context = new BoxContext
               {
                   Deployment = Random(16),
                   Project = Random(16),
                   User = Random(16),
                   Owner = Random(16),
                   Toolkit = "Google_Calendar",
                   Kind = SecretKind.WebhookSecret,
                   Version = long.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
                   DataKeyVersion = 258,
                   Generation = 16909060,
               },
           },
    ];

    private static string Random(int length) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(length));

    private static async Task<Answer[]> AskAsync(BoxCase[] cases)
    {
        var peers = Path.Combine(Repository.Root, "tests", "peers");
        Assert.True(
            Directory.Exists(Path.Combine(peers, "node_modules", "@noble", "ciphers")), $"run `npm ci` in {peers} first");
        using var node = Process.Start(new ProcessStartInfo("node", "open-record.mjs")
        {
            WorkingDirectory = peers,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await JsonSerializer.SerializeAsync(node.StandardInput.BaseStream, cases, Json);
        node.StandardInput.Close();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.Equal(0, node.ExitCode);
        return JsonSerializer.Deserialize<Answer[]>(output, Json)!;
    }

    private sealed record Answer(string? Box, string? Plaintext, string? Fault);
}
