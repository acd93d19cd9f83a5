using System.Net;
using System.Net.Sockets;
using Behalf.Storage;
using Behalf.Storage.Postgres;
using Npgsql;

namespace Behalf.Tests.Storage;

/// <summary>Look-ups wait in a queue that has an end.</summary>
public sealed class LookupQueueTests
{
    [Fact]
    public async Task A_database_that_stands_still_gets_no_queue_without_end()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        await using var source = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Username=a;Password=b;Database=c;SSL Mode=Disable;Timeout=600");
        var lookups = new PostgresLookups(source);
        Problem? refused = null;
        var taken = 0;
        while (refused is null && taken < 50_000)
        {
            try
            {
                _ = lookups.TryFindAsync<Row>(RowScope.System, "select 1 as one", null, CancellationToken.None)!;
                taken++;
            }
            catch (Problem problem)
            {
                refused = problem;
            }
        }

        Assert.Equal(Refusal.Overloaded, refused?.Refusal);
        Assert.Equal(1, refused!.RetryAfterSeconds);

        // What waits, and what the workers have taken already.
        Assert.InRange(taken, 16 * 1024, 16 * 1024 + 4 * 64);
    }

    private sealed record Row
    {
        public required int One { get; init; }
    }
}
