using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Comparisons;

/// <summary>Two sides beside each other: every metric that both have, and where the time moved.</summary>
internal sealed class Comparison
{
    /// <summary>The relative difference up to which two figures count as the same.</summary>
    public const double Floor = 0.01;

    public const double Confidence = 0.95;

    private Comparison(ComparedSide a, ComparedSide b, IReadOnlyList<PairedComparison> metrics, string command)
    {
        A = a;
        B = b;
        Metrics = metrics;
        Command = command;
        Moved = [.. TimeMoved.Of(this)];
    }

    public ComparedSide A { get; }

    public ComparedSide B { get; }

    /// <summary>In the catalog's order; before is A, now is B.</summary>
    public IReadOnlyList<PairedComparison> Metrics { get; }

    /// <summary>The command that gives it again.</summary>
    public string Command { get; }

    /// <summary>The causes whose time differs, those that moved most first.</summary>
    public IReadOnlyList<TimeMoved> Moved { get; }

    /// <summary>Seeds that both were run with.</summary>
    public int Seeds => Metrics.Count == 0 ? 0 : Metrics[0].Pairs;

    /// <summary>Metrics that are not equal in every seed.</summary>
    public IEnumerable<PairedComparison> Differing => Metrics.Where(metric => metric.Moves != (0, 0));

    public static Comparison Of(ComparedSide a, ComparedSide b, string command)
    {
        // Metrics that no seed of either side has reached have nothing to say.
        List<(string Name, IReadOnlyList<(double? Before, double? Now)> Pairs)> pairs =
        [
            .. a.Values.Keys.Where(name => b.Values.ContainsKey(name) && (a.Values[name].Any(value => value is not null) || b.Values[name].Any(value => value is not null)))
                .Select(name => (name, (IReadOnlyList<(double?, double?)>)[.. a.Values[name].Zip(b.Values[name])])),
        ];
        // What people look at first is not made less certain by all the rest that could be looked at.
        var judge = new PairedJudge(Floor, Confidence);
        var judged = pairs.GroupBy(pair => MetricCatalog.Find(pair.Name)!.Value.Metric.IsHeadline)
            .SelectMany(family => judge.Compare([.. family])).ToDictionary(compared => compared.Name, StringComparer.Ordinal);
        return new Comparison(a, b, [.. pairs.Select(pair => judged[pair.Name])], command);
    }
}

/// <summary>Where time moved: what a node, or a pod, spends on a cause on one side and on the other.</summary>
/// <param name="Whose">A node or a pod.</param>
/// <param name="Cause">The cause, in words.</param>
/// <param name="A">Seconds each on the first side, over the seeds.</param>
/// <param name="B">On the second.</param>
internal sealed record TimeMoved(string Whose, string Cause, double A, double B)
{
    public double Difference => B - A;

    public static IEnumerable<TimeMoved> Of(Comparison comparison)
    {
        double nodesA = Mean(comparison.A, "nodes.desired"), nodesB = Mean(comparison.B, "nodes.desired");
        double podsA = Pods(comparison.A), podsB = Pods(comparison.B);
        return Family("node", WarmupCauses.Keys, WarmupCauses.Titles, "attribution.", nodesA, nodesB)
            .Concat(Family("pod", PodCauses.Keys, PodCauses.Titles, "pods.attribution.", podsA, podsB))
            .Where(moved => moved.Difference != 0)
            .OrderByDescending(moved => Math.Abs(moved.Difference));

        IEnumerable<TimeMoved> Family(string whose, IReadOnlyList<string> keys, IReadOnlyList<string> titles, string prefix, double countA, double countB) => keys.Select((key, i) => new TimeMoved(
            whose, titles[i], Each(comparison.A, $"{prefix}{key}.seconds", countA), Each(comparison.B, $"{prefix}{key}.seconds", countB)));
    }

    private static double Each(ComparedSide side, string metric, double count) => count > 0 ? Mean(side, metric) / count : 0;

    private static double Pods(ComparedSide side) => side.Values.Keys
        .Where(name => name.StartsWith("workloads.", StringComparison.Ordinal) && name.EndsWith(".desired", StringComparison.Ordinal))
        .Sum(name => Mean(side, name));

    private static double Mean(ComparedSide side, string metric) =>
        side.Values.TryGetValue(metric, out IReadOnlyList<double?>? values) && values.OfType<double>().ToArray() is { Length: > 0 } known ? known.Average() : 0;
}
