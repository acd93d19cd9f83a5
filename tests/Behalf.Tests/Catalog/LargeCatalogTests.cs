using System.Diagnostics;
using Behalf.Catalog;

namespace Behalf.Tests.Catalog;

/// <summary>Ten thousand tools cost a start little more than reading their files.</summary>
public sealed class LargeCatalogTests(ITestOutputHelper output)
{
    [Fact]
    public void Ten_thousand_tools_are_indexed_without_reading_their_definitions()
    {
        using var folder = new TemporaryCatalog();
        GeneratedCatalog.Write(folder.Folder, toolkits: 500, toolsEach: 20);
        var bytes = Directory.EnumerateFiles(folder.Folder, "tools.json", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        CatalogLoader.Load(folder.Folder, ToolkitOverrides.None);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var busyBefore = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        var catalog = CatalogLoader.Load(folder.Folder, ToolkitOverrides.None);
        watch.Stop();
        var busy = Environment.CpuUsage.TotalTime - busyBefore;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // Told, not judged: how long it takes is the machine's business, what it allocates is ours.
        output.WriteLine($"{catalog.Tools.Count} tools, {bytes >> 20} MB of files: {watch.ElapsedMilliseconds} ms, "
            + $"{busy.TotalMilliseconds:F0} ms of processor, {allocated >> 20} MB allocated");

        Assert.True(catalog.Tools.Count > 10_000);
        Assert.InRange(allocated, bytes, bytes + (25 << 20));
    }

    [Fact]
    public void A_tool_in_the_midst_of_them_is_found_and_read()
    {
        using var folder = new TemporaryCatalog();
        GeneratedCatalog.Write(folder.Folder, toolkits: 50, toolsEach: 20);
        var catalog = CatalogLoader.Load(folder.Folder, ToolkitOverrides.None);
        Assert.True(catalog.TryGetTool("app0031_things_17", out var tool));
        Assert.Equal("APP0031_LIST_THINGS_OF_KIND_17", tool.Slug);
        Assert.Equal("/v1/{owner}/things/17", tool.Request.Path);
        Assert.Equal(("app0031", "20260101_00"), (tool.Toolkit, tool.Version));
    }

    [Fact]
    public void A_definition_is_not_read_before_it_is_asked_for()
    {
        using var folder = new TemporaryCatalog();
        folder.Change("slack/tools.json", "/tools/0/request", "{\"method\":\"BREW\"}");
        var catalog = CatalogLoader.Load(folder.Folder, ToolkitOverrides.None);
        Assert.True(catalog.TryGetTool("SLACK_LIST_ALL_USERS", out _));
        var refusal = Assert.Throws<CatalogException>(() => catalog.TryGetTool("SLACK_SEND_MESSAGE", out _));
        Assert.Contains("tools.json: the tool SLACK_SEND_MESSAGE is not a tool definition", refusal.Message, StringComparison.Ordinal);
    }
}
