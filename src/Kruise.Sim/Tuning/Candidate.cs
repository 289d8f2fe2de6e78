using Kruise.Sim.Scenarios;
using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Tuning;

/// <summary>A setting that is tried, with its runs so far.</summary>
/// <param name="Number">In the order in which settings were thought of, from 0.</param>
/// <param name="Place">A value's index for each axis; null for the setting of today where it is not among those that may be chosen.</param>
/// <param name="Point">Its values.</param>
/// <param name="Variant">What to run.</param>
internal sealed record Candidate(int Number, IReadOnlyList<int>? Place, SweepPoint Point, ScenarioVariant Variant)
{
    public IReadOnlyList<int>? Place { get; set; } = Place;

    /// <summary>In the order of the seeds.</summary>
    public List<SweepTrial> Trials { get; } = [];
}

/// <summary>How good a setting is: first that it may be, then how it does. Less is better in both.</summary>
/// <param name="Excess">By how much bounds and expectations are missed, over seeds; 0 when all are kept.</param>
/// <param name="Cost">The mean of the metric, turned so that less is better; infinite when a seed did not measure it.</param>
internal readonly record struct Merit(double Excess, double Cost) : IComparable<Merit>
{
    public bool IsAdmissible => Excess == 0 && double.IsFinite(Cost);

    public int CompareTo(Merit other) => Excess != other.Excess ? Excess.CompareTo(other.Excess) : Cost.CompareTo(other.Cost);
}
