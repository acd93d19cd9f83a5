using Behalf.Broker.Calls;
using Behalf.Catalog;
using Behalf.Wire;

namespace Behalf.Broker.Wire;

internal sealed record WriteInputRequest
{
    public string? Text { get; init; }

    public string? CustomDescription { get; init; }

    public string? SystemPrompt { get; init; }

    /// <summary>Any version is taken; each toolkit has one.</summary>
    public string? Version { get; init; }
}

internal sealed record WriteInputAnswer
{
    public required string Error { get; init; }
}

/// <summary><c>POST /tools/execute/{tool}/input</c>: on the published wire, a model's arguments for a sentence. This server
/// calls no model, and says so where clients look for why there are no arguments.</summary>
internal static class WriteInput
{
    public static WriteInputAnswer Handle(CallerParameter caller, string tool, WriteInputRequest body, ToolCatalog catalog)
    {
        _ = WireText.Required(body.Text, "text", 10_000);
        if (!catalog.TryGetTool(tool, out var found))
        {
            throw UnknownTool.Problem(catalog, tool);
        }

        CallPolicy.CheckKey(caller, found);
        return new WriteInputAnswer
        {
            Error = "This server calls no model, so it turns no text into arguments. "
                + $"Let your own model fill in the input_parameters of GET /tools/{found.Slug}.",
        };
    }
}
