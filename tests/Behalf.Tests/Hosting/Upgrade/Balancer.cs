using System.Collections.Immutable;
using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting.Upgrade;

/// <summary>Gives each request to the next node in turn, as a load balancer does. A node that is taken out ends what it has
/// before it is stopped.</summary>
internal sealed class Balancer : IDisposable
{
    private ImmutableList<Node> _nodes = [];
    private int _turn;

    public void Add(Uri url) => ImmutableInterlocked.Update(ref _nodes, nodes => nodes.Add(new Node(url)));

    public async Task RemoveAsync(Uri url)
    {
        var node = _nodes.Single(one => one.Url == url);
        ImmutableInterlocked.Update(ref _nodes, nodes => nodes.Remove(node));
        await Eventually.HoldsAsync(() => Volatile.Read(ref node.Requests) == 0);
        node.Dispose();
    }

    public Task<Answer> SendAsync(HttpMethod method, string path, object? body, string key) =>
        OnNextAsync(node => node.Client.SendAsync(method, path, body, ("x-api-key", key)));

    /// <summary>The work gets the address of the node whose turn it is.</summary>
    public Task<T> WithNextAsync<T>(Func<Uri, Task<T>> work) => OnNextAsync(node => work(node.Url));

    public void Dispose() => _nodes.ForEach(node => node.Dispose());

    private async Task<T> OnNextAsync<T>(Func<Node, Task<T>> work)
    {
        var node = Enter();
        try
        {
            return await work(node);
        }
        finally
        {
            Interlocked.Decrement(ref node.Requests);
        }
    }

    private Node Enter()
    {
        while (true)
        {
            var nodes = Volatile.Read(ref _nodes);
            var node = nodes[(int)((uint)Interlocked.Increment(ref _turn) % nodes.Count)];
            Interlocked.Increment(ref node.Requests);
            if (_nodes.Contains(node))
            {
                return node;
            }

            // It was taken out in between, and may have been found idle already.
            Interlocked.Decrement(ref node.Requests);
        }
    }

    private sealed class Node(Uri url) : IDisposable
    {
        public int Requests;

        public Uri Url => url;

        public TestClient Client { get; } = new(url, key: null);

        public void Dispose() => Client.Dispose();
    }
}
