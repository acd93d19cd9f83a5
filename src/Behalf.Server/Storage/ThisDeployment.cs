namespace Behalf.Storage;

/// <summary>The id of this installation, read once.</summary>
internal sealed class ThisDeployment(IDatabase database)
{
    private Id<IdKinds.Deployment>? _id;

    public async ValueTask<Id<IdKinds.Deployment>> IdAsync(CancellationToken ct) =>
        _id ??= Id<IdKinds.Deployment>.From((await Deployment.EnsureAsync(database, ct)).DeploymentId);
}
