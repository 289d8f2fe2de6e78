using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;
using static System.FormattableString;

namespace Kruise.Sim.Reports;

/// <summary>
/// Leads from a figure to where it came from. Every method takes the figure as it reads and gives it back, with a link (Markdown) where there is something to lead to;
/// these lead nowhere.
/// </summary>
internal class FigureLinks
{
    public static readonly FigureLinks None = new();

    protected FigureLinks()
    {
    }

    /// <summary>To a moment of the run.</summary>
    public virtual string Moment(double seconds, string figure) => figure;

    /// <summary>To the rows that have time in a cause, the one with most of it first; nowhere when none has.</summary>
    /// <param name="table">The table's file.</param>
    /// <param name="key">The cause's key.</param>
    /// <param name="figure">As it reads.</param>
    public virtual string Cause(string table, string key, string figure) => figure;

    /// <summary>To the rows with these values, of a column of labels those that have it; nowhere when there is no such row.</summary>
    /// <param name="table">The table's file.</param>
    /// <param name="figure">As it reads.</param>
    /// <param name="values">Columns with the value that each is to have.</param>
    public virtual string Rows(string table, string figure, params (string Column, string Value)[] values) => figure;

    /// <summary>To the node whose warm-up is that percentile (100: the slowest); of all jobs when none is given.</summary>
    public virtual string Warmup(JobResult? job, int percent, string figure) => figure;

    /// <summary>To the node that was the last to report; of all jobs when none is given.</summary>
    public virtual string LastReport(JobResult? job, string figure) => figure;

    /// <summary>To the pod whose becoming ready made that many seconds after the rollout's beginning.</summary>
    public virtual string Reached(WorkloadResult workload, RolloutResult rollout, double seconds, string figure) => figure;

    /// <summary>To the pod that was not available for so long; of any rollout when none is given.</summary>
    public virtual string Unavailable(WorkloadResult workload, RolloutResult? rollout, Stretch stretch, string figure) => figure;

    /// <summary>To the pod whose becoming ready made that many seconds after the version was asked for.</summary>
    public virtual string Reached(SidecarSetResult set, SidecarRolloutResult version, double seconds, string figure) => figure;

    /// <summary>To the pod whose upgrade to the set took longest.</summary>
    public virtual string LongestUpgrade(SidecarSetResult set, Stretch stretch, string figure) => figure;

    /// <summary>To a row of pods.csv.</summary>
    public virtual string Pod(PodRow row, string figure) => figure;

    /// <summary>To the first row of pods.csv of which something took so many seconds; nowhere when there is none.</summary>
    public virtual string Pod(Func<PodRow, double?> took, double seconds, string figure) => figure;

    /// <summary>To a row of sidecars.csv.</summary>
    public virtual string Upgrade(SidecarRow row, string figure) => figure;

    /// <summary>To the pod whose upgrade took so many seconds; to the set, or to any when none is given.</summary>
    public virtual string Upgrade(SidecarSetResult? set, double seconds, string figure) => figure;

    /// <summary>To where the value of a metric came from.</summary>
    public virtual string Metric(string name, string figure) => figure;

    /// <summary>From the first request for a pod to its being ready, seconds.</summary>
    public static double? StartUp(PodRow row) => (row.Done - row.Requested)?.Seconds;

    /// <summary>From the first request for a pod to its being stored, seconds.</summary>
    public static double? AdmissionWait(PodRow row) => (row.Created - row.Requested)?.Seconds;

    /// <summary>To the pods that a rollout has updated.</summary>
    public string Updated(WorkloadResult workload, RolloutResult rollout, string figure) => Rows(
        PodsCsv.FileName, figure, ("namespace", workload.Namespace), ("workload", workload.Name), ("rollout", Invariant($"{rollout.Number}")), ("outcome", "updated"));

    /// <summary>To the pods that were upgraded to a version.</summary>
    public string Upgraded(SidecarSetResult set, SidecarRolloutResult version, string figure) =>
        Rows(SidecarsCsv.FileName, figure, ("sidecarSet", set.Name), ("version", Invariant($"{version.Number}")), ("outcome", "upgraded"));

    /// <summary>To a peak's moment; nowhere when there was none.</summary>
    public string At(Peak peak, string figure) => peak.At is { } at ? Moment(at.Seconds, figure) : figure;
}
