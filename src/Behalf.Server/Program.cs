using Behalf.Hosting;

var app = Server.Build(args);
await app.RunAsync();

/// <summary>The entry point; see <see cref="Server"/> for the table of contents.</summary>
internal sealed partial class Program;
