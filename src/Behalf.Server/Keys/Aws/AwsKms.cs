using System.Text.RegularExpressions;
using Amazon;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;

namespace Behalf.Keys.Aws;

/// <summary>One symmetric key of AWS KMS, named by its ARN. Not by an alias: whoever may point an alias elsewhere, or write
/// the database, must not be able to choose which key this server trusts.</summary>
internal sealed partial class AwsKms(string arn, IAmazonKeyManagementService client, KeyServiceCalls calls) : KeyService(AwsKms.Kind), IDisposable
{
    public const string Kind = "awskms";

    /// <summary>Credentials, and an endpoint other than the region's, come from where AWS's own tools look for them.</summary>
    /// <exception cref="FormatException">It is no ARN of a key; the message completes "BEHALF_KEYS is …".</exception>
    public static AwsKms Open(string arn, KeyServiceLimits limits, TimeProvider clock)
    {
        var region = KeyArn().Match(arn) is { Success: true } match
            ? match.Groups["region"].Value
            : throw new FormatException("an AWS key is named by its ARN, awskms:arn:aws:kms:REGION:ACCOUNT:key/ID, not by an alias");
        return new AwsKms(
            arn, new AmazonKeyManagementServiceClient(Configure(region, limits)), new KeyServiceCalls(limits with { Retries = 0 }, clock));
    }

    /// <summary>The SDK tries again itself: it knows which of its errors pass.</summary>
    public static AmazonKeyManagementServiceConfig Configure(string region, KeyServiceLimits limits) => new()
    {
        RegionEndpoint = RegionEndpoint.GetBySystemName(region),

        // Said twice: for an endpoint that the environment names, the SDK would sign for the region it guesses from the name.
        AuthenticationRegion = region,
        Timeout = limits.Deadline,
        MaxErrorRetry = limits.Retries,
        AllowAutoRedirect = false,
    };

    public void Dispose()
    {
        client.Dispose();
        calls.Dispose();
    }

    protected override bool Has(string keyId) => keyId == arn;

    protected override async ValueTask<WrappedKey> EncryptAsync(ReadOnlyMemory<byte> key, KeyContext context, CancellationToken ct)
    {
        using var plaintext = new ZeroedStream(key.Span);
        var answer = await calls.RunAsync(
            token => AskAsync(
                () => client.EncryptAsync(
                    new EncryptRequest { KeyId = arn, Plaintext = plaintext.Stream, EncryptionContext = ContextOf(context) }, token),
                KeyFault.UnknownKey),
            ct);
        return answer is { KeyId: { } id, CiphertextBlob: { Length: > 0 } blob } && id == arn
            ? new WrappedKey { Scheme = Kind, KeyId = arn, Bytes = blob.ToArray() }
            : throw AwsFaults.Unreadable();
    }

    protected override async ValueTask<SecretBuffer> DecryptAsync(WrappedKey wrapped, KeyContext context, CancellationToken ct)
    {
        // The key is named, so that KMS opens with this one or refuses. What is gone now has once wrapped this.
        var answer = await calls.RunAsync(
            token => AskAsync(
                () => client.DecryptAsync(
                    new DecryptRequest { KeyId = arn, CiphertextBlob = new MemoryStream(wrapped.Bytes), EncryptionContext = ContextOf(context) },
                    token),
                KeyFault.Deleted),
            ct);
        return answer is { KeyId: { } id, Plaintext: { Length: > 0 and <= IKeyProvider.MaxKeyLength } plaintext } && id == arn
            ? ZeroedStream.Take(plaintext)
            : throw AwsFaults.Unreadable();
    }

    /// <summary>Readable, since CloudTrail shows it and a key policy can demand it (<c>kms:EncryptionContext:…</c>). It binds
    /// what is on disk: the names may not change.</summary>
    private static Dictionary<string, string> ContextOf(KeyContext context) => new()
    {
        ["behalf:use"] = context.Use switch
        {
            KeyUse.ProjectKey => "project-key",
            KeyUse.SigningKey => "signing-key",
            _ => throw new InvalidOperationException($"no name for the use {context.Use}"),
        },
        ["behalf:deployment"] = context.Deployment.ToString(),
        ["behalf:project"] = context.Project.ToString(),
        ["behalf:generation"] = context.Generation.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private static async Task<T> AskAsync<T>(Func<Task<T>> call, KeyFault whereThereIsNoKey)
    {
        try
        {
            return await call();
        }
        catch (AmazonServiceException e)
        {
            throw AwsFaults.Explain(e, whereThereIsNoKey);
        }
        catch (Exception e) when (e is not OperationCanceledException and not KeyProviderException)
        {
            // Without the cause: it may quote the answer.
            throw new KeyProviderException(
                KeyFault.Unavailable, $"AWS KMS was not reached ({e.GetType().Name}): the network, or no credentials where AWS's tools look for them.");
        }
    }

    [GeneratedRegex(@"^arn:aws[a-z-]*:kms:(?<region>[a-z]{2}[a-z0-9-]+):\d{12}:key/[A-Za-z0-9-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex KeyArn();
}
