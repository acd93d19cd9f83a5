using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting;

/// <summary>The commands in the pages are run as a reader runs them: one shell for a page, beside a server that serves.</summary>
public sealed class DocTests
{
    private const string Readme = "README.md";

    public static TheoryData<string> PagesWithCommands =>
        [.. DocBlock.Pages.Where(page => page != Readme && DocBlock.Of(page).Any(block => block.Language == "sh"))];

    [Theory]
    [MemberData(nameof(PagesWithCommands))]
    public async Task Every_command_of_a_page_works(string page) => await RunAsync(page);

    [Fact]
    public async Task Every_command_of_the_README_works_and_its_three_steps_end_with_a_tool_that_ran_as_the_user()
    {
        var executed = Assert.Single(await RunAsync(Readme), printed => printed.Contains("\"successful\"", StringComparison.Ordinal));
        Assert.Contains("\"successful\":true", executed, StringComparison.Ordinal);
        Assert.Contains($"\"login\":\"{DocReader.Person}\"", executed, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_are_marked_as_such_and_excuses_say_something()
    {
        var blocks = DocBlock.Pages.SelectMany(DocBlock.Of).ToList();
        Assert.Empty(blocks.Where(block => block.Language != "sh"
            && block.Text.Split('\n').Any(line => line.StartsWith("./behalf", StringComparison.Ordinal) || line.StartsWith("curl ", StringComparison.Ordinal)))
            .Select(block => block.Place));
        Assert.All(blocks.Where(block => block.NotRunBecause is not null), block => Assert.True(block.NotRunBecause!.Length > 30, block.Place));
    }

    /// <summary>What each block printed.</summary>
    private static async Task<List<string>> RunAsync(string page)
    {
        await using var reader = await DocReader.StartAsync(TestContext.Current.CancellationToken);
        var all = new List<string>();
        foreach (var block in DocBlock.Of(page).Where(block => block is { Language: "sh", NotRunBecause: null }))
        {
            var (well, printed) = await reader.RunAsync(block.Text);
            Assert.True(well, $"{block.Place} failed:\n{block.Text}\n{printed}");
            Assert.DoesNotContain("\"error\":{", printed, StringComparison.Ordinal);
            all.Add(printed);
        }

        Assert.NotEmpty(all);
        return all;
    }
}
