using System.Buffers.Binary;

namespace Behalf.Keys;

/// <summary>What a sealed box holds. The numbers are on disk.</summary>
internal enum BoxPurpose : byte
{
    /// <summary>A secret, under the data key of its owner.</summary>
    Secret = 1,

    /// <summary>A data key, under a generation of its project's key.</summary>
    DataKey = 2,

    /// <summary>A key, under one of the local key file's keys.</summary>
    KeyFile = 3,
}

/// <summary>The beginning of a sealed box, up to and including the number of the key that opens it:
/// <code>
/// BHF1  alg  purpose  key number
/// 4     1    1        0, 2 or 4
/// </code></summary>
internal static class BoxHeader
{
    private const byte AesGcmCommitted = 1;
    private const int NumberOffset = 6;

    private static ReadOnlySpan<byte> Magic => "BHF1"u8;

    public static byte[] ForSecret(short dataKeyVersion)
    {
        var header = Start(BoxPurpose.Secret, sizeof(short));
        BinaryPrimitives.WriteInt16BigEndian(header.AsSpan(NumberOffset), dataKeyVersion);
        return header;
    }

    public static byte[] ForDataKey(int projectKeyGeneration)
    {
        var header = Start(BoxPurpose.DataKey, sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(NumberOffset), projectKeyGeneration);
        return header;
    }

    public static byte[] ForKeyFile() => Start(BoxPurpose.KeyFile, 0);

    /// <summary>Which generation of the project's key wraps this data key; null if it is not a wrapped data key.</summary>
    public static int? ProjectKeyGeneration(ReadOnlySpan<byte> wrappedDataKey)
    {
        if (wrappedDataKey.Length < NumberOffset + sizeof(int))
        {
            return null;
        }

        var generation = BinaryPrimitives.ReadInt32BigEndian(wrappedDataKey[NumberOffset..]);
        return wrappedDataKey.StartsWith(ForDataKey(generation)) ? generation : null;
    }

    private static byte[] Start(BoxPurpose purpose, int numberLength)
    {
        var header = new byte[NumberOffset + numberLength];
        Magic.CopyTo(header);
        header[4] = AesGcmCommitted;
        header[5] = (byte)purpose;
        return header;
    }
}
