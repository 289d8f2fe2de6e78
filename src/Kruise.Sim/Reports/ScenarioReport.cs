using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports;

/// <summary>What one scenario leaves behind: its run, or one run per variant.</summary>
internal sealed record ScenarioReport
{
    public required string Scenario { get; init; }

    public string? Question { get; init; }

    /// <summary>One run, or one per variant in the order of the scenario file.</summary>
    public required IReadOnlyList<RunResult> Runs { get; init; }

    /// <summary>The command line that gives the same report again.</summary>
    public required string ReproduceCommand { get; init; }

    /// <summary>Whether the report compares variants, each in a folder of its own.</summary>
    public bool HasVariants => Runs.Count > 1;
}

/// <param name="Plots">Whether plots are drawn; without them the report is tables only.</param>
internal sealed record ReportOptions(bool Plots = true);

/// <summary>A report cannot be written; the message is one line for the user.</summary>
internal sealed class ReportException : Exception
{
    public ReportException(string message)
        : base(message)
    {
    }

    public ReportException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
