namespace Behalf.Storage;

/// <summary>The id of this installation, read once.</summary>
internal sealed class ThisDeployment(IDatabase database)
{
    // A reference, written as a whole: 16 bytes and a flag could be read half-written.
    private Deployment? _read;

    public async ValueTask<Id<IdKinds.Deployment>> IdAsync(CancellationToken ct)
    {
        var read = _read ??= await Deployment.EnsureAsync(database, ct);
        return Id<IdKinds.Deployment>.From(read.DeploymentId);
    }
}
