using Behalf.Keys;
using Behalf.Storage;

namespace Behalf.Vault;

/// <summary>Wraps and unwraps the owners' data keys with the keys of their projects.</summary>
internal sealed class DataKeys(ThisDeployment deployment, ProjectKeys projectKeys)
{
    public async Task<WrappedDataKey> WrapAsync(
        SecretOwner owner, short version, int generation, SecretBuffer dataKey, CancellationToken ct)
    {
        var context = await ContextAsync(owner, version, generation, ct);
        using var projectKey = await projectKeys.RentAsync(owner.Project, generation, ct);
        return new WrappedDataKey
        {
            Generation = generation,
            Wrapped = DataKeyFormat.Wrap(projectKey.Key, context, dataKey.Span),
        };
    }

    /// <summary>Unwraps with the generation that the wrapped key itself names, and tries no other.</summary>
    /// <exception cref="CredentialIntegrityException">It is not this owner's key.</exception>
    public async Task<SecretBuffer> UnwrapAsync(SecretOwner owner, short version, byte[] wrapped, CancellationToken ct)
    {
        var generation = BoxHeader.ProjectKeyGeneration(wrapped) ?? throw new CredentialIntegrityException(BoxFault.Shape);
        var context = await ContextAsync(owner, version, generation, ct);
        using var projectKey = await projectKeys.RentAsync(owner.Project, generation, ct);
        return DataKeyFormat.Unwrap(projectKey.Key, context, wrapped);
    }

    private async ValueTask<DataKeyContext> ContextAsync(
        SecretOwner owner, short version, int generation, CancellationToken ct) => new()
        {
            Deployment = await deployment.IdAsync(ct),
            Owner = owner,
            Version = version,
            Generation = generation,
        };
}
