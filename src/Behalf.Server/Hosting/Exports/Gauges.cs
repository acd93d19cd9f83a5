using System.Diagnostics.Metrics;
using Behalf.Accounts.Refresh;
using Behalf.Audit.Calls;
using Behalf.Audit.Sealing;
using Behalf.Broker.Places;
using Behalf.Egress;
using Behalf.Projects.Limits;
using Behalf.Storage;

namespace Behalf.Hosting.Exports;

/// <summary>How full the queues are, and how old what waits in them. What is in memory is read when somebody asks, what is in
/// the database by <see cref="Backlogs"/>.</summary>
internal sealed class Gauges(
    CallRecorder calls, Sealer sealer, Refresher refresher, RefreshSpill spill, IDatabase database, Backlogs backlogs, CallPlaces places,
    RequestGate requests, GuardedHttp http) : IHostedService, IDisposable
{
    // Of this server alone, not of the process: it goes when the server goes.
    private readonly Meter _meter = new(Telemetry.Name, Telemetry.Source.Version);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meter.CreateObservableGauge(
            "behalf.audit.queue.depth", () => calls.Accepted, "{call}", "Calls between their acceptance and their durable event.");
        _meter.CreateObservableGauge(
            "behalf.audit.queue.capacity", () => calls.Capacity, "{call}", "How many there may be; above it calls are refused.");
        _meter.CreateObservableGauge(
            "behalf.audit.sealer.up", () => sealer.Fault is null ? 1 : 0, null, "1 while this node can seal the audit trail.");
        _meter.CreateObservableGauge(
            "behalf.storage.queue.depth", () => database.Waiting, "{operation}", "Database operations that wait for their turn.");
        _meter.CreateObservableGauge(
            "behalf.refresh.running", () => refresher.Running, "{refresh}", "Accounts that this node is refreshing now.");
        _meter.CreateObservableGauge(
            "behalf.refresh.spilled", spill.Count, "{file}", "Renewed credentials in files, which the database does not have yet.");
        _meter.CreateObservableGauge(
            "behalf.audit.unsealed.age", () => Seconds(backlogs.Last.UnsealedAgeMs), "s", "Age of the oldest event that is not sealed.");
        _meter.CreateObservableGauge(
            "behalf.refresh.overdue.age", () => Seconds(backlogs.Last.RefreshAgeMs), "s", "For how long the oldest due refresh has been due.");
        _meter.CreateObservableGauge(
            "behalf.outbox.depth", () => backlogs.Last.Outboxes.Select(o => Of(o.Depth, o.Queue)), "{job}", "Jobs that are due, up to a thousand.");
        _meter.CreateObservableGauge(
            "behalf.outbox.age", () => backlogs.Last.Outboxes.Select(o => Of(Seconds(o.AgeMs), o.Queue)), "s", "For how long the oldest due job has been due.");
        WatchPlaces();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();

    private void WatchPlaces()
    {
        _meter.CreateObservableGauge(
            "behalf.places.taken", () => OfGates(gate => gate.Crowd.Inside), "{request}", "Requests that have a place and are under way.");
        _meter.CreateObservableGauge(
            "behalf.places.waiting", () => OfGates(gate => gate.Crowd.Waiting), "{request}", "Requests that wait for a place.");
        _meter.CreateObservableGauge(
            "behalf.places.capacity", () => OfGates(gate => gate.Places), "{request}", "How many places there are.");
        _meter.CreateObservableGauge(
            "behalf.answers.memory.taken", () => http.Memory.Taken, "By", "What large answers of providers take of the memory for them.");
        _meter.CreateObservableGauge(
            "behalf.answers.memory.capacity", () => http.Memory.Most, "By", "How much of it there is; above it large answers wait, then are refused.");
        _meter.CreateObservableGauge(
            "behalf.answers.memory.waiting", () => http.Memory.Waiting, "{answer}", "Large answers that wait for memory.");
    }

    private IEnumerable<Measurement<int>> OfGates(Func<Gate, int> read)
    {
        yield return Of(places.OfAll, "calls", Labels.None);
        yield return Of(requests.Gate, "requests", Labels.None);
        foreach (var (toolkit, gate) in places.OfProviders)
        {
            yield return Of(gate, "provider", toolkit);
        }

        Measurement<int> Of(Gate gate, string name, string toolkit) => new(read(gate), new(Labels.Gate, name), new(Labels.Toolkit, toolkit));
    }

    private static double Seconds(long milliseconds) => milliseconds / 1000.0;

    private static Measurement<T> Of<T>(T value, string queue)
        where T : struct => new(value, new KeyValuePair<string, object?>(Labels.Queue, queue));
}
