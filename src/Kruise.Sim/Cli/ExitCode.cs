namespace Kruise.Sim.Cli;

/// <summary>What the command's exit code means.</summary>
internal static class ExitCode
{
    public const int Fine = 0;

    public const int ExpectationFailed = 1;

    public const int BadInput = 2;

    /// <summary>Nothing failed, and there were too few seeds for a verdict.</summary>
    public const int Inconclusive = 3;

    /// <summary>A simulation failed, which no input should make it do.</summary>
    public const int Broken = 4;

    /// <summary>128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}
