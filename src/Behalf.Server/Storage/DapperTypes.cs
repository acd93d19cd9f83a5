using System.Data;
using System.Globalization;
using Dapper;

namespace Behalf.Storage;

/// <summary>How ids travel to the database: as their 16 bytes.</summary>
internal static class DapperTypes
{
    private static int registered;

    public static void Register()
    {
        if (Interlocked.Exchange(ref registered, 1) == 1)
        {
            return;
        }

        DefaultTypeMap.MatchNamesWithUnderscores = true;
        Add<IdKinds.Deployment>();
        Add<IdKinds.Project>();
        Add<IdKinds.ApiKey>();
        Add<IdKinds.User>();
        Add<IdKinds.AuthConfig>();
        Add<IdKinds.Account>();
        Add<IdKinds.Flow>();
        Add<IdKinds.Event>();
        Add<IdKinds.Job>();
        Add<IdKinds.Webhook>();
        Add<IdKinds.Message>();
        Add<IdKinds.Delivery>();
        Add<IdKinds.SecretOwner>();
    }

    private static void Add<T>()
        where T : IIdKind => SqlMapper.AddTypeHandler(new IdHandler<T>());

    private sealed class IdHandler<T> : SqlMapper.TypeHandler<Id<T>>
        where T : IIdKind
    {
        public override void SetValue(IDbDataParameter parameter, Id<T> value)
        {
            parameter.DbType = DbType.Binary;
            parameter.Value = value.ToBytes();
        }

        public override Id<T> Parse(object value) => value is byte[] { Length: 16 } bytes
            ? Id<T>.From(bytes)
            : throw new DataException(string.Create(CultureInfo.InvariantCulture, $"not an id: {value.GetType().Name}"));
    }
}
