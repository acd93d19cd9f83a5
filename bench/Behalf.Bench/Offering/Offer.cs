namespace Behalf.Bench.Offering;

/// <summary>The generator's process: takes orders, a line each, and answers each with what became of it. It stays from order to
/// order, so that its code is compiled when it counts.</summary>
internal static class Offer
{
    public static async Task<int> RunAsync(string key, int users, IReadOnlyList<Uri> urls)
    {
        var targets = urls.Select(url => new Target(url, key, users)).ToList();
        using var flows = new ConnectFlows(urls[0], key);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var order = Line.To<Order>(line);
            Console.WriteLine(Line.Of(order.Config is null ? Calls.Make(targets, order) : await flows.MakeAsync(order)));
        }

        return 0;
    }
}
