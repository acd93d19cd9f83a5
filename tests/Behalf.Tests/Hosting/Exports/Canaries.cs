namespace Behalf.Tests.Hosting.Exports;

/// <summary>What a caller, a user or a provider wrote, and must be told to nobody.</summary>
internal static class Canaries
{
    public const string User = "cnryuser7Fq2";
    public const string Argument = "cnryargument9Xw4";
    public const string Query = "cnryquery3Lm8";
    public const string Path = "CNRYTOOL5ZK1";
    public const string Agent = "cnryagent6Hp0";
    public const string Key = "cnrykey1Vb7";
    /// <summary>In whatever the sandbox issues: codes, tokens, client secrets.</summary>
    public const string Token = "_cnry_";

    public const string TraceState = "cnrystate2Jd5";
    public const string Baggage = "cnrybaggage8Ts3";

    /// <summary>This one is told: a request id may be the caller's, and stands on spans. So it shows that looking finds.</summary>
    public const string RequestId = "cnryrequest4Gn6";

    public static readonly string[] Untold = [User, Argument, Query, Path, Agent, Key, TraceState, Baggage];
}
