using System.Security.Cryptography;
using Behalf.Keys;
using Behalf.Vault;
using FsCheck;
using FsCheck.Fluent;

namespace Behalf.Tests.Vault;

public sealed class CredentialFormatTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    private static readonly RecordContext Place = new()
    {
        Deployment = Id<IdKinds.Deployment>.New(),
        Owner = new SecretOwner
        {
            Project = Id<IdKinds.Project>.New(),
            Id = Id<IdKinds.SecretOwner>.New(),
            User = Id<IdKinds.User>.New(),
            Toolkit = "github",
        },
        Kind = SecretKind.Credential,
        Version = 7,
        DataKeyVersion = 2,
    };

    /// <summary>Every field of the context, changed alone.</summary>
    public static TheoryData<string> Fields => [.. Elsewhere.Keys];

    private static Dictionary<string, RecordContext> Elsewhere { get; } = new()
    {
        ["deployment"] = Place with { Deployment = Id<IdKinds.Deployment>.New() },
        ["project"] = Place with { Owner = Place.Owner with { Project = Id<IdKinds.Project>.New() } },
        ["user"] = Place with { Owner = Place.Owner with { User = Id<IdKinds.User>.New() } },
        ["no user"] = Place with { Owner = Place.Owner with { User = default } },
        ["owner"] = Place with { Owner = Place.Owner with { Id = Id<IdKinds.SecretOwner>.New() } },
        ["toolkit"] = Place with { Owner = Place.Owner with { Toolkit = "gitlab" } },
        ["no toolkit"] = Place with { Owner = Place.Owner with { Toolkit = "" } },
        ["kind"] = Place with { Kind = SecretKind.ClientSecret },
        ["older"] = Place with { Version = 6 },
        ["newer"] = Place with { Version = 8 },
        ["data key"] = Place with { DataKeyVersion = 3 },
    };

    [Fact]
    public void What_was_sealed_opens_in_its_place() =>
        Prop.ForAll<byte[]>(secret => Open(CredentialFormat.Seal(Key, Place, secret)).SequenceEqual(secret))
            .Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Fact]
    public void Any_flipped_bit_does_not_open() =>
        Prop.ForAll<byte[], NonNegativeInt>((secret, where) =>
        {
            var record = CredentialFormat.Seal(Key, Place, secret);
            var bit = where.Get % (record.Length * 8);
            record[bit / 8] ^= (byte)(1 << (bit % 8));
            return DoesNotOpen(Key, Place, record);
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(2000).WithEndSize(2000));

    [Fact]
    public void Each_bit_of_one_record_matters()
    {
        var record = CredentialFormat.Seal(Key, Place, "a secret"u8);
        for (var bit = 0; bit < record.Length * 8; bit++)
        {
            record[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(DoesNotOpen(Key, Place, record), $"bit {bit}");
            record[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal("a secret"u8, Open(record));
    }

    [Fact]
    public void A_record_cut_short_or_made_longer_does_not_open()
    {
        var record = CredentialFormat.Seal(Key, Place, "a secret"u8);
        for (var length = 0; length < record.Length; length++)
        {
            Assert.True(DoesNotOpen(Key, Place, record[..length]), $"length {length}");
        }

        Assert.True(DoesNotOpen(Key, Place, [.. record, 0]));
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_record_opens_nowhere_else(string field)
    {
        var record = CredentialFormat.Seal(Key, Place, "a secret"u8);
        Assert.True(DoesNotOpen(Key, Elsewhere[field], record));
        Assert.Equal(
            "a secret"u8, CredentialFormat.Open(Key, Elsewhere[field], CredentialFormat.Seal(Key, Elsewhere[field], "a secret"u8)).Span);
    }

    [Fact]
    public void No_two_seals_of_one_secret_are_alike()
    {
        var records = Enumerable.Range(0, 1000).Select(_ => CredentialFormat.Seal(Key, Place, "a secret"u8)).ToArray();
        Assert.Equal(1000, records.Select(record => Convert.ToHexString(record[24..36])).Distinct().Count());
        Assert.Equal(1000, records.Select(record => Convert.ToHexString(record[36..])).Distinct().Count());
    }

    [Fact]
    public void Another_key_is_noticed_before_anything_is_decrypted()
    {
        var record = CredentialFormat.Seal(Key, Place, "a secret"u8);
        var failure = Assert.Throws<CredentialIntegrityException>(
            () => CredentialFormat.Open(RandomNumberGenerator.GetBytes(32), Place, record));
        Assert.Equal(BoxFault.Key, failure.Fault);
    }

    [Fact]
    public void A_toolkit_is_the_same_in_capitals()
    {
        var record = CredentialFormat.Seal(Key, Place, "a secret"u8);
        var inCapitals = Place with { Owner = Place.Owner with { Toolkit = "GITHUB" } };
        Assert.Equal("a secret"u8, CredentialFormat.Open(Key, inCapitals, record).Span);
    }

    [Fact]
    public void A_wrapped_data_key_does_not_pass_for_a_secret()
    {
        using var projectKey = new SealingKey(Key);
        var context = new DataKeyContext { Deployment = Place.Deployment, Owner = Place.Owner, Version = 1, Generation = 2 };
        var wrapped = DataKeyFormat.Wrap(projectKey, context, RandomNumberGenerator.GetBytes(32));
        Assert.Equal(86, wrapped.Length);
        Assert.Equal(2, BoxHeader.ProjectKeyGeneration(wrapped));
        Assert.True(DoesNotOpen(Key, Place, wrapped));
        Assert.Null(BoxHeader.ProjectKeyGeneration(CredentialFormat.Seal(Key, Place, "a secret"u8)));
        Assert.Null(BoxHeader.ProjectKeyGeneration([]));
    }

    [Fact]
    public void A_failure_says_nothing_of_the_secret()
    {
        var record = CredentialFormat.Seal(Key, Place, "hunter2-hunter2"u8);
        record[^1] ^= 1;
        var failure = Assert.Throws<CredentialIntegrityException>(() => CredentialFormat.Open(Key, Place, record));
        Assert.Equal("A stored credential does not open here (Content).", failure.Message);
        Assert.Null(failure.InnerException);
    }

    private static byte[] Open(byte[] record)
    {
        using var secret = CredentialFormat.Open(Key, Place, record);
        return secret.Span.ToArray();
    }

    private static bool DoesNotOpen(byte[] key, RecordContext place, byte[] record)
    {
        try
        {
            CredentialFormat.Open(key, place, record);
            return false;
        }
        catch (CredentialIntegrityException)
        {
            return true;
        }
    }
}
