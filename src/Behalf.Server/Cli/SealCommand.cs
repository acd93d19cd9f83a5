using System.CommandLine;
using Behalf.Vault;

namespace Behalf.Cli;

/// <summary><c>behalf seal</c> and <c>behalf unseal</c>: the emergency stop, while the servers run.</summary>
internal static class SealCommand
{
    public static Command BuildSeal() => Build(
        "seal",
        "Takes the keys of all projects out of memory on every node: no credential can be opened until unseal.",
        async (seal, because, ct) => await seal.SealAsync(because, ct)
            ? "sealed: no credential can be opened; every node forgets its keys within a second."
            : "was sealed already.");

    public static Command BuildUnseal() => Build(
        "unseal",
        "Takes a seal back.",
        async (seal, because, ct) => await seal.UnsealAsync(because, ct) ? "unsealed." : "was not sealed.");

    private static Command Build(string name, string description, Func<Seal, string?, CancellationToken, Task<string>> act)
    {
        var options = new ServerOptions();
        var because = new Option<string?>("--because") { Description = "Why, for the audit trail." };
        var command = new Command(name, description) { because };
        options.AddTo(command);
        command.SetAction((parsed, ct) => options.OnDeploymentAsync(
            parsed,
            async services =>
            {
                Console.WriteLine(await act(services.GetRequiredService<Seal>(), parsed.GetValue(because), ct));
                return 0;
            },
            ct));
        return command;
    }
}
