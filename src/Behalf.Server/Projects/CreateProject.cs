using Behalf.Audit;
using Behalf.Projects.ApiKeys;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;

namespace Behalf.Projects;

internal sealed record CreateProjectRequest
{
    public string? Name { get; init; }

    public bool? ShouldCreateApiKey { get; init; }

    public ProjectConfigRequest? Config { get; init; }
}

internal sealed record CreateProjectAnswer
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string? ApiKey { get; init; }
}

/// <summary>Makes a tenant: its row, its project key, and by default a first API key.</summary>
internal sealed class CreateProject(IDatabase database, ProjectKeyGenerations keys)
{
    public async Task<(Id<IdKinds.Project> Id, KeyText? Key)> RunAsync(
        string name, bool withKey, ProjectSettings settings, AuditEvent because, CancellationToken ct)
    {
        var id = Id<IdKinds.Project>.New();
        var projectKey = await keys.NewAsync(id, 1, ct);
        return await database.WriteAsync(
            RowScope.Of(id),
            async session =>
            {
                await session.ExecuteAsync(
                    $"insert into project ({ProjectStore.Columns}) values (@id, @name, @settings, behalf_now(), behalf_now())",
                    new { id, name, settings = settings.ToText() });
                await session.AddProjectKeyAsync(projectKey);
                await session.AppendAsync(because with { ProjectId = id });
                if (!withKey)
                {
                    return (id, (KeyText?)null);
                }

                var first = new NewApiKey { Kind = KeyKinds.Project, Name = "first key" };
                var (key, _) = await session.CreateKeyAsync(
                    id, first, because with { ProjectId = id, Action = AuditActions.KeyCreated });
                return (id, key);
            },
            ct);
    }

    public static async Task<CreateProjectAnswer> HandleAsync(
        CallerParameter caller, CreateProjectRequest body, CreateProject create, CancellationToken ct)
    {
        var name = WireText.Required(body.Name, "name", 200);
        var settings = (body.Config ?? new ProjectConfigRequest()).ApplyTo(new ProjectSettings()).Checked();
        var (id, key) = await create.RunAsync(
            name, body.ShouldCreateApiKey ?? true, settings, AuditEvent.By(caller, AuditActions.ProjectCreated), ct);
        return new CreateProjectAnswer { Id = id.ToString(), Name = name, ApiKey = key?.Text.Reveal() };
    }
}
