using System.Text.Json;

namespace Behalf.Catalog;

/// <summary>A golden vector: these arguments make this request, and this answer becomes that result.</summary>
internal sealed record ToolExample
{
    public required JsonElement Args { get; init; }

    /// <summary>Values for the toolkit's URL variables.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = Toolkit.EmptyText;

    /// <summary>Null where <see cref="Fails"/> says that there is none.</summary>
    public ExampleRequest? Request { get; init; }

    /// <summary>The parameter that is refused; empty where the refusal names none.</summary>
    public string? Fails { get; init; }

    public ExampleResponse? Response { get; init; }

    public JsonElement? Result { get; init; }

    public ExampleError? Error { get; init; }
}

/// <summary>The request that an example must produce, credential aside.</summary>
internal sealed record ExampleRequest
{
    public required string Method { get; init; }

    public required string Url { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = Toolkit.EmptyText;

    public JsonElement? Json { get; init; }

    /// <summary>The form body, byte for byte.</summary>
    public string? Form { get; init; }

    /// <summary>Texts that stand in the body in base64url: pointer to lines.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Decoded { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();
}

/// <summary>An answer of the provider.</summary>
internal sealed record ExampleResponse
{
    public int Status { get; init; } = 200;

    public IReadOnlyDictionary<string, string> Headers { get; init; } = Toolkit.EmptyText;

    public JsonElement? Json { get; init; }

    public string? Text { get; init; }

    /// <summary>The addresses of the follow-up requests that this answer leads to.</summary>
    public IReadOnlyList<string> FollowUpUrls { get; init; } = [];

    /// <summary>What the follow-up requests answered, in their order; those beyond the end failed.</summary>
    public IReadOnlyList<JsonElement> FollowUps { get; init; } = [];
}

/// <summary>The failure that an answer means.</summary>
internal sealed record ExampleError
{
    public required UpstreamErrorKind Kind { get; init; }

    public string? Code { get; init; }

    public IReadOnlyList<string> MissingScopes { get; init; } = [];
}
