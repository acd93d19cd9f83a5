using System.Security.Cryptography;
using Behalf.Keys;

namespace Behalf.Tests.Keys;

/// <summary>What every key provider must do. A new provider derives a class from this, says how its keys are rotated and
/// how it is broken, and is born when all of it is green.</summary>
public abstract class KeyProviderConformance
{
    private protected static readonly KeyContext Context = new()
    {
        Use = KeyUse.ProjectKey,
        Deployment = Id<IdKinds.Deployment>.New(),
        Project = Id<IdKinds.Project>.New(),
        Generation = 1,
    };

    /// <summary>Every field of the context, changed alone.</summary>
    public static TheoryData<string> Fields => [.. OtherContexts.Keys];

    private protected abstract IKeyProvider Provider { get; }

    private static Dictionary<string, KeyContext> OtherContexts { get; } = new()
    {
        ["use"] = Context with { Use = KeyUse.SigningKey },
        ["deployment"] = Context with { Deployment = Id<IdKinds.Deployment>.New() },
        ["project"] = Context with { Project = Id<IdKinds.Project>.New() },
        ["no project"] = Context with { Project = default },
        ["generation"] = Context with { Generation = 2 },
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(138)]
    [InlineData(IKeyProvider.MaxKeyLength)]
    public async Task A_wrapped_key_comes_back(int length)
    {
        var key = RandomNumberGenerator.GetBytes(length);
        var wrapped = await Provider.WrapAsync(key, Context, Ct);
        Assert.Equal(Provider.Scheme, wrapped.Scheme);
        Assert.NotEmpty(wrapped.KeyId);
        Assert.Equal(key, await UnwrapAsync(wrapped));
    }

    [Fact]
    public async Task The_wrapped_form_does_not_contain_the_key()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var wrapped = await Provider.WrapAsync(key, Context, Ct);
        Assert.Equal(-1, wrapped.Bytes.AsSpan().IndexOf(key.AsSpan(0, 8)));
        Assert.NotEqual(wrapped.Bytes, (await Provider.WrapAsync(key, Context, Ct)).Bytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(IKeyProvider.MaxKeyLength + 1)]
    public Task A_key_of_a_length_that_not_all_take_is_refused(int length) =>
        Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Provider.WrapAsync(new byte[length], Context, Ct));

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task A_key_does_not_open_as_something_else(string field)
    {
        var wrapped = await WrapAsync();
        await FailsAsync(KeyFault.WrongContext, wrapped, OtherContexts[field]);
        Assert.Equal(32, (await UnwrapAsync(wrapped)).Length);
    }

    [Fact]
    public async Task A_flipped_bit_does_not_open()
    {
        var wrapped = await WrapAsync();
        for (var position = 0; position < wrapped.Bytes.Length; position += 7)
        {
            var altered = (byte[])wrapped.Bytes.Clone();
            altered[position] ^= 0x10;
            await FailsAsync(KeyFault.WrongContext, wrapped with { Bytes = altered });
        }

        await FailsAsync(KeyFault.WrongContext, wrapped with { Bytes = [] });
        await FailsAsync(KeyFault.WrongContext, wrapped with { Bytes = wrapped.Bytes[..^1] });
    }

    [Fact]
    public async Task A_key_that_the_provider_does_not_have_is_named_as_that()
    {
        var wrapped = await WrapAsync();
        await FailsAsync(KeyFault.UnknownKey, wrapped with { KeyId = "no-such-key" });
        await FailsAsync(KeyFault.UnknownKey, wrapped with { Scheme = "another" });
    }

    [Fact]
    public async Task A_key_is_chosen_by_its_id_and_never_by_trial()
    {
        var wrapped = await WrapAsync();
        var newer = await RotateAsync();
        await FailsAsync(KeyFault.WrongContext, wrapped with { KeyId = newer });
    }

    [Fact]
    public async Task After_a_rotation_the_new_key_wraps_and_the_old_one_still_opens()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var before = await Provider.WrapAsync(key, Context, Ct);
        var newer = await RotateAsync();
        var after = await Provider.WrapAsync(key, Context, Ct);
        Assert.NotEqual(before.KeyId, newer);
        Assert.Equal(newer, after.KeyId);
        Assert.Equal(key, await UnwrapAsync(before));
        Assert.Equal(key, await UnwrapAsync(after));
        Assert.Equal(newer, (await Provider.ProbeAsync(Ct)).PrimaryKeyId);
    }

    [Fact]
    public async Task A_disabled_key_opens_nothing_until_it_is_enabled_again()
    {
        var wrapped = await WrapAsync();
        await RotateAsync();
        await DisableAsync(wrapped.KeyId);
        await FailsAsync(KeyFault.Disabled, wrapped);
        await EnableAsync(wrapped.KeyId);
        Assert.Equal(32, (await UnwrapAsync(wrapped)).Length);
    }

    [Fact]
    public async Task A_deleted_key_opens_nothing_ever_again()
    {
        var wrapped = await WrapAsync();
        await RotateAsync();
        await DisableAsync(wrapped.KeyId);
        await DeleteAsync(wrapped.KeyId);
        await FailsAsync(KeyFault.Deleted, wrapped);
    }

    [Fact]
    public async Task A_provider_that_cannot_be_reached_says_so()
    {
        var wrapped = await WrapAsync();
        await MakeUnavailableAsync();
        await FailsAsync(KeyFault.Unavailable, wrapped);
        Assert.Equal(KeyFault.Unavailable, (await Provider.ProbeAsync(Ct)).Fault);
        var failure = await Assert.ThrowsAsync<KeyProviderException>(async () => await WrapAsync());
        Assert.Equal(KeyFault.Unavailable, failure.Fault);
    }

    [Fact]
    public async Task A_provider_that_refuses_says_so()
    {
        var wrapped = await WrapAsync();
        await DenyAsync();
        await FailsAsync(KeyFault.Denied, wrapped);
        var health = await Provider.ProbeAsync(Ct);
        Assert.Equal(KeyFault.Denied, health.Fault);
        Assert.NotEmpty(health.Detail);
    }

    [Fact]
    public async Task A_healthy_provider_names_its_primary_key()
    {
        var health = await Provider.ProbeAsync(Ct);
        Assert.Null(health.Fault);
        Assert.Equal((await WrapAsync()).KeyId, health.PrimaryKeyId);
    }

    [Fact]
    public async Task A_caller_who_gave_up_gets_nothing()
    {
        var wrapped = await WrapAsync();
        var gone = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Provider.WrapAsync(new byte[32], Context, gone));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Provider.UnwrapAsync(wrapped, Context, gone));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Provider.ProbeAsync(gone));
    }

    [Fact]
    public async Task Many_callers_at_once_get_their_own_key_back()
    {
        var keys = Enumerable.Range(0, 64).Select(_ => RandomNumberGenerator.GetBytes(32)).ToArray();
        var back = await Task.WhenAll(keys.Select(key => Task.Run(
            async () => await UnwrapAsync(await Provider.WrapAsync(key, Context, Ct)))));
        Assert.Equal(keys, back);
    }

    /// <summary>Makes a new key primary; answers its id.</summary>
    protected abstract Task<string> RotateAsync();

    protected abstract Task DisableAsync(string keyId);

    protected abstract Task EnableAsync(string keyId);

    protected abstract Task DeleteAsync(string keyId);

    protected abstract Task MakeUnavailableAsync();

    protected abstract Task DenyAsync();

    private protected ValueTask<WrappedKey> WrapAsync() => Provider.WrapAsync(RandomNumberGenerator.GetBytes(32), Context, Ct);

    private protected async Task<byte[]> UnwrapAsync(WrappedKey wrapped)
    {
        using var key = await Provider.UnwrapAsync(wrapped, Context, Ct);
        return key.Span.ToArray();
    }

    private protected async Task FailsAsync(KeyFault fault, WrappedKey wrapped, KeyContext? context = null)
    {
        var failure = await Assert.ThrowsAsync<KeyProviderException>(
            async () => await Provider.UnwrapAsync(wrapped, context ?? Context, Ct));
        Assert.Equal(fault, failure.Fault);
    }
}
