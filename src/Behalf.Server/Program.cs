using Behalf.Hosting;

var configuration = new ConfigurationBuilder()
    .AddJsonFile(Path.GetFullPath("behalf.json"), optional: true)
    .AddEnvironmentVariables("BEHALF_")
    .AddCommandLine(args)
    .Build();
await using var app = Server.Build(ServerSettings.From(configuration));
await Server.StartAsync(app, CancellationToken.None);
await app.WaitForShutdownAsync();
