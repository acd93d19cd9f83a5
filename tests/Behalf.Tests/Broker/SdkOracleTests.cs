using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Behalf.Broker.Requests;
using Behalf.Tests.Support;
using static Behalf.Tests.Broker.BrokerFixtures;

namespace Behalf.Tests.Broker;

/// <summary>The vendors' own SDKs make the same requests from the same arguments.</summary>
public sealed class SdkOracleTests
{
    /// <summary>The SDK takes several requests where one does.</summary>
    private static readonly string[] NotComparable = ["LINEAR_LIST_LINEAR_STATES", "LINEAR_GET_CURRENT_USER"];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    [Fact]
    public async Task What_we_send_is_what_the_vendors_sdk_sends()
    {
        var answers = await AskAsync(Jobs());
        Assert.Equal(Jobs().Select(job => job.Slug), answers.Select(answer => answer.Slug));
        Assert.InRange(answers.Length, 40, 200);
        Assert.All(answers, answer => Assert.True(answer.Agrees, $"{answer.Slug}\nours   {answer.Ours}\ntheirs {answer.Theirs}"));
    }

    [Fact]
    public async Task The_comparison_notices_another_path_method_or_parameter()
    {
        Func<Wire, Wire>[] spoilings =
        [
            request => request with { Url = request.Url.Replace("://", "://x/", StringComparison.Ordinal) },
            request => request with { Method = "PATCHED" },
            request => request with { Url = request.Url + (request.Url.Contains('?', StringComparison.Ordinal) ? "&x=1" : "?x=1") },
        ];
        var wrong = spoilings.SelectMany(spoil => Jobs().Select(job => job with { Request = spoil(job.Request) }));
        Assert.All(await AskAsync([.. wrong]), answer => Assert.False(answer.Agrees, answer.Slug));
    }

    private static Job[] Jobs() =>
    [
        .. from entry in Shipped.Tools
           where entry.Toolkit.Slug is not "sandbox" && !NotComparable.Contains(entry.Slug)
           let tool = entry.Definition
           from example in tool.Examples
           where example.Request is not null
           let arguments = ToolArguments.Prepare(tool, example.Args)
           let request = RequestBuilder.Build(entry.Toolkit, tool, arguments, example.Variables)
           select new Job(tool.Slug, arguments, new Wire(
               request.Method.Method, request.Url.AbsoluteUri, Encoding.UTF8.GetString(request.Content.Span))),
    ];

    private static async Task<Answer[]> AskAsync(Job[] jobs)
    {
        using var node = Process.Start(new ProcessStartInfo("node", "oracle.mjs")
        {
            WorkingDirectory = Path.Combine(Repository.Root, "tests", "peers", "sdk-oracle"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = node.StandardOutput.ReadToEndAsync();
        var errors = node.StandardError.ReadToEndAsync();
        await node.StandardInput.WriteAsync(JsonSerializer.Serialize(jobs, Json));
        node.StandardInput.Close();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode is 0, await errors);
        return JsonSerializer.Deserialize<Answer[]>(await output, Json)!;
    }

    private sealed record Job(string Slug, JsonElement Args, Wire Request);

    private sealed record Wire(string Method, string Url, string Body);

    private sealed record Answer(string Slug, bool Agrees, JsonElement Ours, JsonElement? Theirs);
}
