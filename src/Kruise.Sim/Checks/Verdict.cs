namespace Kruise.Sim.Checks;

/// <summary>What many seeds say of something that must hold.</summary>
internal enum Verdict
{
    Passed,
    Failed,

    /// <summary>So few seeds decide nothing.</summary>
    Inconclusive,
}
