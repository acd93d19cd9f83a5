using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using Behalf.Keys;
using Behalf.Keys.Local;
using Behalf.Tests.Support;
using Behalf.Vault;

namespace Behalf.Tests.Vault;

/// <summary>One sealed box with all that went into it, as the golden files and the independent implementation have it.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed record BoxCase
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public string? Op { get; init; }

    public string Name { get; init; } = "";

    public required BoxPurpose Purpose { get; init; }

    public required string Key { get; init; }

    public required BoxContext Context { get; init; }

    public string? Nonce { get; init; }

    public string? Plaintext { get; init; }

    public string? Box { get; init; }

    public static IEnumerable<TheoryDataRow<string, string>> GoldenNames() =>
        from file in Directory.EnumerateFiles(GoldenFolder).Order()
        from box in Read(file)
        select new TheoryDataRow<string, string>(Path.GetFileName(file), box.Name);

    public static BoxCase Golden(string file, string name) =>
        Read(Path.Combine(GoldenFolder, file)).Single(box => box.Name == name);

    public byte[] SealWithNonce()
    {
        using var key = new SealingKey(Convert.FromHexString(Key));
        return Seal(key, Header(), AssociatedData(), Convert.FromHexString(Plaintext!), Convert.FromHexString(Nonce!));
    }

    /// <summary>Opens it as the server does, through the format of its purpose.</summary>
    public async Task<byte[]> OpenAsync()
    {
        var key = Convert.FromHexString(Key);
        var box = Convert.FromHexString(Box!);
        using var sealing = new SealingKey(key);
        using var plaintext = Purpose switch
        {
            BoxPurpose.Secret => CredentialFormat.Open(key, Context.ToRecord(), box),
            BoxPurpose.DataKey => DataKeyFormat.Unwrap(sealing, Context.ToDataKey(), box),
            _ => await UnwrapWithKeyFileAsync(key, box),
        };
        return plaintext.Span.ToArray();
    }

    private static string GoldenFolder => Path.Combine(Repository.Root, "tests", "Behalf.Tests", "Vault", "golden");

    private static BoxCase[] Read(string file) => JsonSerializer.Deserialize<BoxCase[]>(File.ReadAllBytes(file), Json)!;

    /// <summary>The ring is written out here, since its form is frozen as much as the box's.</summary>
    private async Task<SecretBuffer> UnwrapWithKeyFileAsync(byte[] key, byte[] box)
    {
        var folder = Directory.CreateTempSubdirectory("ring");
        try
        {
            var ring = new KeyFile(Path.Combine(folder.FullName, "keys.json"), TimeProvider.System);
            await using (var file = new FileStream(ring.Path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                await file.WriteAsync(Encoding.UTF8.GetBytes($$"""
                    { "version": 1, "primary": "{{Context.KeyId}}", "keys": [ { "id": "{{Context.KeyId}}",
                      "created_at": "2026-03-01T00:00:00+00:00", "state": "active", "key": "{{Convert.ToBase64String(key)}}" } ] }
                    """));
            }

            var wrapped = new WrappedKey { Scheme = ring.Scheme, KeyId = Context.KeyId!, Bytes = box };
            return await ring.UnwrapAsync(wrapped, Context.ToKey(), CancellationToken.None);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private byte[] Header() => Purpose switch
    {
        BoxPurpose.Secret => BoxHeader.ForSecret(Context.DataKeyVersion),
        BoxPurpose.DataKey => BoxHeader.ForDataKey(Context.Generation),
        _ => BoxHeader.ForKeyFile(),
    };

    private byte[] AssociatedData() => Purpose switch
    {
        BoxPurpose.Secret => Context.ToRecord().ToBytes(),
        BoxPurpose.DataKey => Context.ToDataKey().ToBytes(),
        _ => Context.ToKey().Write().Add(Context.KeyId!).ToArray(),
    };

    // Private in the server, where nothing may choose a nonce.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Seal")]
    private static extern byte[] Seal(
        SealingKey key, ReadOnlySpan<byte> header, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> nonce);
}

/// <summary>The fields of all three contexts; ids as hexadecimal digits.</summary>
internal sealed record BoxContext
{
    public string? Use { get; init; }

    public required string Deployment { get; init; }

    public required string Project { get; init; }

    public string? User { get; init; }

    public string? Owner { get; init; }

    public string? Toolkit { get; init; }

    public SecretKind Kind { get; init; }

    /// <summary>As text: JavaScript's numbers end at 2^53.</summary>
    public string? Version { get; init; }

    public short DataKeyVersion { get; init; }

    public int Generation { get; init; }

    public string? KeyId { get; init; }

    public RecordContext ToRecord() => new()
    {
        Deployment = Id<IdKinds.Deployment>(Deployment),
        Owner = ToOwner(),
        Kind = Kind,
        Version = long.Parse(Version!, System.Globalization.CultureInfo.InvariantCulture),
        DataKeyVersion = DataKeyVersion,
    };

    public DataKeyContext ToDataKey() => new()
    {
        Deployment = Id<IdKinds.Deployment>(Deployment),
        Owner = ToOwner(),
        Version = DataKeyVersion,
        Generation = Generation,
    };

    public KeyContext ToKey() => new()
    {
        Use = Use == "project-key" ? KeyUse.ProjectKey : KeyUse.SigningKey,
        Deployment = Id<IdKinds.Deployment>(Deployment),
        Project = Id<IdKinds.Project>(Project),
        Generation = Generation,
    };

    private static Id<T> Id<T>(string hex)
        where T : IIdKind => Behalf.Id<T>.From(Convert.FromHexString(hex));

    private SecretOwner ToOwner() => new()
    {
        Project = Id<IdKinds.Project>(Project),
        Id = Id<IdKinds.SecretOwner>(Owner!),
        User = Id<IdKinds.User>(User!),
        Toolkit = Toolkit!,
    };
}
