using Behalf.Sandbox;

SandboxOptions options;
try
{
    options = CommandLine.Parse(args);
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync($"{e.Message}\n{CommandLine.Usage}");
    return 2;
}

try
{
    await using var host = await SandboxHost.StartAsync(options, CancellationToken.None);
    await Console.Out.WriteLineAsync($"sandbox: listening on {host.BaseUrl}");
    await host.WaitForShutdownAsync(CancellationToken.None);
    return 0;
}
catch (IOException e)
{
    await Console.Error.WriteLineAsync($"sandbox: cannot listen on {options.Url}: {e.Message}");
    return 1;
}
