using Behalf.Hosting;
using Behalf.Keys.Aws;
using Behalf.Keys.Transit;

namespace Behalf.Tests.Keys.Services;

/// <summary>A service's key that a server uses, and the next one, as its operator takes the steps from one to the other.</summary>
internal abstract class ServiceKeys : IAsyncDisposable
{
    public abstract string Scheme { get; }

    public abstract string OldId { get; }

    public abstract string NewId { get; }

    /// <summary>What the server and, for its commands, the operator write in BEHALF_KEYS now.</summary>
    public string Setting { get; protected set; } = "";

    /// <summary>For a process.</summary>
    public virtual Dictionary<string, string> Environment => new() { ["BEHALF_KEYS"] = Setting };

    public static async Task<ServiceKeys> StartAsync(string scheme) => scheme switch
    {
        AwsKms.Kind => new OfAws(await FakeKms.SharedAsync()),
        TransitKey.Kind => await OfTransit.StartAsync(),
        _ => throw new ArgumentException(scheme, nameof(scheme)),
    };

    /// <summary>For a server in this process.</summary>
    public virtual ServerSettings Tell(ServerSettings settings) => settings with { Keys = Setting };

    /// <summary>From now on the new one wraps, and the old one opens.</summary>
    public abstract void Rotate();

    /// <summary>From now on the old one opens nothing, and nobody names it.</summary>
    public abstract void Retire();

    public abstract ValueTask DisposeAsync();

    private sealed class OfAws : ServiceKeys
    {
        private readonly FakeKms _kms;

        public OfAws(FakeKms kms)
        {
            _kms = kms;
            (OldId, NewId) = (kms.AddKey(), kms.AddKey());

            // Every node learns to open with both before one wraps with the new one.
            Setting = $"{Scheme}:{OldId},{Scheme}:{NewId}";
        }

        public override string Scheme => AwsKms.Kind;

        public override string OldId { get; }

        public override string NewId { get; }

        public override Dictionary<string, string> Environment => new(base.Environment.Concat(_kms.Environment));

        public override void Rotate() => Setting = $"{Scheme}:{NewId},{Scheme}:{OldId}";

        public override void Retire()
        {
            Setting = $"{Scheme}:{NewId}";
            _kms.States[OldId] = KmsKeyState.Disabled;
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class OfTransit : ServiceKeys
    {
        private readonly FakeTransit _transit;
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("behalf-transit-");

        private OfTransit(FakeTransit transit)
        {
            _transit = transit;
            _transit.Tokens["root"] = true;
            Setting = $"{Scheme}:{transit.KeyUrl}";
        }

        public override string Scheme => TransitKey.Kind;

        public override string OldId => $"transit/{FakeTransit.Name}:v1";

        public override string NewId => $"transit/{FakeTransit.Name}:v2";

        public override Dictionary<string, string> Environment => new(base.Environment) { ["BEHALF_TRANSIT_TOKEN_FILE"] = TokenFile };

        private string TokenFile => Path.Combine(_folder.FullName, "token");

        public static async Task<OfTransit> StartAsync()
        {
            var keys = new OfTransit(await FakeTransit.StartAsync());
            await File.WriteAllTextAsync(keys.TokenFile, "root");
            return keys;
        }

        public override ServerSettings Tell(ServerSettings settings) => base.Tell(settings) with { Transit = new TransitAccess { TokenFile = TokenFile } };

        public override void Rotate() => _transit.Rotate();

        public override void Retire() => _transit.MinDecryptionVersion = 2;

        public override async ValueTask DisposeAsync()
        {
            await _transit.DisposeAsync();
            _folder.Delete(recursive: true);
        }
    }
}
