using Behalf.Cli;

return await CommandTree.Build().Parse(args).InvokeAsync();
