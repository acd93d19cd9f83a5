using System.CommandLine;
using Behalf.Cli;

// No timeout: what SIGTERM means is the server's own business, which sees refreshes and calls to their end.
return await CommandTree.Build().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
