using System.CommandLine;

namespace Behalf.Cli;

/// <summary>The operator's commands.</summary>
internal static class CommandTree
{
    public static RootCommand Build() => new("Behalf: agents act for each user with that user's own connected accounts.")
    {
        ServeCommand.Build(),
        ProjectsCommand.Build(),
        AccountsCommand.Build(),
        KeysCommand.Build(),
        SealCommand.BuildSeal(),
        SealCommand.BuildUnseal(),
        AuditCommand.Build(),
        ToolkitsCommand.Build(),
        DoctorCommand.Build(),
        BackupCommand.BuildBackup(),
        BackupCommand.BuildRestore(),
    };
}
