using Behalf.Tests.Support;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestPipelineStartup(typeof(EndOfRun))]

namespace Behalf.Tests.Support;

/// <summary>Ends what all tests share while the runner still waits for it.</summary>
/// <remarks>
/// Once its entry point has returned, the runner gives the process eleven seconds and then kills it with an error. On a
/// busy machine that is too little for a database to stop at process exit.
/// </remarks>
public sealed class EndOfRun : ITestPipelineStartup
{
    public ValueTask StartAsync(IMessageSink diagnosticMessageSink) => ValueTask.CompletedTask;

    public async ValueTask StopAsync() => await PostgresCluster.StopSharedAsync();
}
