using System.Diagnostics;
using System.Text.Json;
using Behalf.Audit.Sealing;
using Behalf.Tests.Support;

namespace Behalf.Tests.Audit;

internal sealed record NodeVerdict(bool Valid, long VerifiedSeq, long Events, long Checkpoints, long Unsealed, long? Seq, string? Reason);

/// <summary>The verifier that shares no line with the server's.</summary>
internal static class NodeVerifier
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <param name="trusted">None: those in the file.</param>
    public static async Task<NodeVerdict> VerifyAsync(MemoryStream export, IReadOnlyList<AuditPublicKey> trusted)
    {
        var folder = Directory.CreateTempSubdirectory("behalf-export-").FullName;
        try
        {
            var file = Path.Combine(folder, "audit.jsonl");
            await File.WriteAllBytesAsync(file, export.ToArray());
            var arguments = new List<string> { Path.Combine(Repository.Root, "tests", "peers", "verify-audit.mjs"), file };
            foreach (var key in trusted)
            {
                arguments.Add(Path.Combine(folder, key.Kid + ".pem"));
                await File.WriteAllTextAsync(arguments[^1], key.Pem);
            }

            using var node = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true })!;
            var output = await node.StandardOutput.ReadToEndAsync();
            await node.WaitForExitAsync();
            var verdict = JsonSerializer.Deserialize<NodeVerdict>(output, Json)!;
            Assert.Equal(verdict.Valid ? 0 : 1, node.ExitCode);
            return verdict;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
