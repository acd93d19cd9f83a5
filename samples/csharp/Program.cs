using Behalf.Samples;

// BEHALF_URL and BEHALF_KEY (a project key) say which server, and as whom.
using var behalf = new BehalfClient(
    new Uri(Environment.GetEnvironmentVariable("BEHALF_URL") ?? "http://127.0.0.1:8460"),
    Environment.GetEnvironmentVariable("BEHALF_KEY") ?? throw new InvalidOperationException("BEHALF_KEY is not set."));

switch (args)
{
    case ["settings", var user]:
        await ConnectionSettings.PrintAsync(behalf, user);
        return 0;
    case ["agent", var user, var app, var tool]:
        Console.WriteLine(await GatedAgent.RunAsync(behalf, user, app, tool));
        return 0;
    case ["audit"]:
        await ExpiryAudit.RunAsync(behalf);
        return 0;
    default:
        Console.Error.WriteLine("Usage: settings USER | agent USER APP TOOL | audit");
        return 1;
}
