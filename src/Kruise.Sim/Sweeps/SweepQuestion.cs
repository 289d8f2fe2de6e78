namespace Kruise.Sim.Sweeps;

/// <summary>What is asked of the command, of which a plan is made.</summary>
internal sealed record SweepQuestion
{
    public required string File { get; init; }

    public string? Variant { get; init; }

    public required IReadOnlyList<string> Varied { get; init; }

    /// <summary>Settings to draw; null for all combinations.</summary>
    public int? Sample { get; init; }

    public required int Seeds { get; init; }

    public ulong? Seed { get; init; }

    public IReadOnlyList<string> Sets { get; init; } = [];

    /// <summary>Metrics to make better; empty for those that suit the scenario.</summary>
    public IReadOnlyList<string> Minimize { get; init; } = [];

    public double Within { get; init; } = 0.1;

    /// <summary>Whether what the scenario expects judges no setting.</summary>
    public bool IgnoresExpectations { get; init; }

    /// <summary>The command that asks it.</summary>
    public required string Command { get; init; }
}
