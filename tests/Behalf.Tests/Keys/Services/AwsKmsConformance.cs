using Amazon.KeyManagementService;
using Amazon.Runtime;
using Behalf.Keys;
using Behalf.Keys.Aws;

namespace Behalf.Tests.Keys.Services;

public sealed class AwsKmsConformance : KeyServiceConformance, IAsyncLifetime
{
    private readonly List<AwsKms> _keys = [];
    private FakeKms _kms = null!;
    private KeyProviders _providers = null!;

    private protected override IKeyProvider Provider => _providers;

    private protected override FakeKeyService Service => _kms;

    public async ValueTask InitializeAsync()
    {
        _kms = await FakeKms.StartAsync();
        await RotateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _providers.Dispose();
        await _kms.DisposeAsync();
    }

    [Fact]
    public async Task The_context_can_be_read_in_the_services_own_trail()
    {
        await WrapAsync();
        var context = _kms.Contexts.Last();
        Assert.Equal("project-key", context["behalf:use"]);
        Assert.Equal(Context.Project.ToString(), context["behalf:project"]);
        Assert.Equal("1", context["behalf:generation"]);
        Assert.Equal(Context.Deployment.ToString(), context["behalf:deployment"]);
    }

    [Fact]
    public async Task A_key_that_waits_for_its_deletion_can_be_brought_back()
    {
        var wrapped = await WrapAsync();
        _kms.States[wrapped.KeyId] = KmsKeyState.PendingDeletion;
        await FailsAsync(KeyFault.Disabled, async () => await Provider.UnwrapAsync(wrapped, Context, CancellationToken.None));
    }

    [Fact]
    public async Task Credentials_that_the_service_does_not_know_are_a_refusal()
    {
        using var stranger = Open(_kms.AddKey(), "another secret");
        await FailsAsync(KeyFault.Denied, async () => await stranger.WrapAsync(new byte[32], Context, CancellationToken.None));
    }

    protected override Task<string> RotateAsync()
    {
        var arn = _kms.AddKey();
        _keys.Insert(0, Open(arn, FakeKms.SecretKey));
        _providers = new KeyProviders([.. _keys]);
        return Task.FromResult(arn);
    }

    protected override Task DisableAsync(string keyId) => Set(keyId, KmsKeyState.Disabled);

    protected override Task EnableAsync(string keyId) => Set(keyId, KmsKeyState.Enabled);

    protected override Task DeleteAsync(string keyId)
    {
        _kms.Destroy(keyId);
        return Task.CompletedTask;
    }

    protected override void PassOverContext() => _kms.PassesOverContext = true;

    private AwsKms Open(string arn, string secret)
    {
        var config = AwsKms.Configure(FakeKms.Region, Impatient);
        config.ServiceURL = _kms.Url;
        return new AwsKms(
            arn,
            new AmazonKeyManagementServiceClient(new BasicAWSCredentials(FakeKms.AccessKey, secret), config),
            new KeyServiceCalls(Impatient with { Retries = 0 }, TimeProvider.System));
    }

    private Task Set(string keyId, KmsKeyState state)
    {
        _kms.States[keyId] = state;
        return Task.CompletedTask;
    }
}
