using System.Security.Cryptography;
using Behalf.Keys;
using Behalf.Vault;

namespace Behalf.Tests.Vault;

public sealed class DataKeyFormatTests
{
    private static readonly SealingKey ProjectKey = new(RandomNumberGenerator.GetBytes(32));

    private static readonly DataKeyContext Place = new()
    {
        Deployment = Id<IdKinds.Deployment>.New(),
        Owner = new SecretOwner
        {
            Project = Id<IdKinds.Project>.New(),
            Id = Id<IdKinds.SecretOwner>.New(),
            User = Id<IdKinds.User>.New(),
            Toolkit = "slack",
        },
        Version = 1,
        Generation = 4,
    };

    public static TheoryData<string> Fields => [.. Elsewhere.Keys];

    private static Dictionary<string, DataKeyContext> Elsewhere { get; } = new()
    {
        ["deployment"] = Place with { Deployment = Id<IdKinds.Deployment>.New() },
        ["project"] = Place with { Owner = Place.Owner with { Project = Id<IdKinds.Project>.New() } },
        ["user"] = Place with { Owner = Place.Owner with { User = Id<IdKinds.User>.New() } },
        ["owner"] = Place with { Owner = Place.Owner with { Id = Id<IdKinds.SecretOwner>.New() } },
        ["toolkit"] = Place with { Owner = Place.Owner with { Toolkit = "" } },
        ["version"] = Place with { Version = 2 },
        ["generation"] = Place with { Generation = 5 },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_data_key_unwraps_for_its_owner_alone(string field)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var wrapped = DataKeyFormat.Wrap(ProjectKey, Place, key);
        Assert.Equal(key, DataKeyFormat.Unwrap(ProjectKey, Place, wrapped).Span);
        Assert.Throws<CredentialIntegrityException>(() => DataKeyFormat.Unwrap(ProjectKey, Elsewhere[field], wrapped));
    }

    [Fact]
    public void Each_bit_of_a_wrapped_key_matters()
    {
        var wrapped = DataKeyFormat.Wrap(ProjectKey, Place, RandomNumberGenerator.GetBytes(32));
        for (var bit = 0; bit < wrapped.Length * 8; bit++)
        {
            wrapped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<CredentialIntegrityException>(() => DataKeyFormat.Unwrap(ProjectKey, Place, wrapped));
            wrapped[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }
}
