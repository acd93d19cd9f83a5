using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Behalf.Wire;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Behalf.Hosting;

/// <summary>The description of the wire, made from the routes themselves: what is not routed is not described.</summary>
internal static class WireDescription
{
    // /api/v3 has the same routes as /api/v3.1, with the same handlers.
    private static readonly string[] Described = ["api/v3.1/", "api/v1/", "api/v2/"];
    private const string KeyScheme = "ApiKeyAuth";

    public static IServiceCollection AddOpenApiDocument(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.ShouldInclude = description =>
            Array.Exists(Described, prefix => description.RelativePath?.StartsWith(prefix, StringComparison.Ordinal) == true);
        options.AddDocumentTransformer(Introduce);
        options.AddOperationTransformer(DescribeAccess);
        options.AddSchemaTransformer(NameTexts);
    }).AddSingleton<WireDescriptionBytes>();

    public static void MapOpenApiDocument(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/openapi.json", async (WireDescriptionBytes bytes) => Results.Bytes(await bytes.Value, "application/json"))
            .AcceptsAnyone().ExcludeFromDescription();

    /// <summary>Texts and ids have converters of our own, behind which the generator does not see.</summary>
    private static Task NameTexts(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(string) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Id<>)))
        {
            schema.Type = context.JsonPropertyInfo?.IsGetNullable == true ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
        }

        if (schema.Type?.HasFlag(JsonSchemaType.Array) == true && type.IsAssignableTo(typeof(IEnumerable<string>)))
        {
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.String };
        }

        if (IsLeftOutWhenNull(context.JsonPropertyInfo))
        {
            schema.Type &= ~JsonSchemaType.Null;
        }

        return Task.CompletedTask;
    }

    private static bool IsLeftOutWhenNull(JsonPropertyInfo? property) =>
        property?.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false)
            is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingNull }];

    private static Task Introduce(Microsoft.OpenApi.OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken ct)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Behalf",
            Version = "3.1",
            Description = "Agents act for each user with that user's own connected accounts. The same routes answer under /api/v3; /api/v1 and /api/v2 are those of the entity-style SDKs.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [KeyScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "x-api-key",
                Description = "A project key (ak_), a user key (uk_) or the admin key (oak_); each operation says which it takes.",
            },
        };
        return Task.CompletedTask;
    }

    private static Task DescribeAccess(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        operation.Parameters = operation.Parameters?.Where(p => p.In is not null).ToList();
        var access = context.Description.ActionDescriptor.EndpointMetadata.OfType<RouteAccess>().LastOrDefault();
        if (access is { Anyone: false })
        {
            operation.Description = "Takes: " + string.Join(", ", Names(access.Kinds)) + ".";
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, context.Document)] = [] }];
        }

        operation.Responses ??= [];
        operation.Responses.TryAdd("default", new OpenApiResponse { Description = "A refusal: an error with message, code, slug, status, request id and what to do next." });
        operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
        operation.Extensions["x-behalf-keys"] = new JsonNodeExtension(
            new JsonArray([.. Names(access?.Kinds ?? KeyKinds.None).Select(n => JsonValue.Create(n))]));
        return Task.CompletedTask;
    }

    private static IEnumerable<string> Names(KeyKinds kinds)
    {
        if (kinds.HasFlag(KeyKinds.Project))
        {
            yield return "project key";
        }

        if (kinds.HasFlag(KeyKinds.User))
        {
            yield return "user key";
        }

        if (kinds.HasFlag(KeyKinds.Admin))
        {
            yield return "admin key";
        }
    }
}

/// <summary>The document as bytes, made on first use: it does not change while the server runs, and making it is slow.</summary>
internal sealed class WireDescriptionBytes(IServiceProvider services)
{
    private readonly Lazy<Task<byte[]>> _bytes = new(() => MakeAsync(services));

    public Task<byte[]> Value => _bytes.Value;

    private static async Task<byte[]> MakeAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var document = await scope.ServiceProvider.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1").GetOpenApiDocumentAsync();
        return System.Text.Encoding.UTF8.GetBytes(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1));
    }
}
