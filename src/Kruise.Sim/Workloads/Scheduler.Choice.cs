using System.Globalization;
using k8s.Models;
using Kruise.Core.Selectors;

namespace Kruise.Sim.Workloads;

// Filters and scores.
internal sealed partial class Scheduler
{
    private const int LeastFeasible = 100;
    private const double MostScore = 100;
    private const string ZoneKey = "topology.kubernetes.io/zone";

    private readonly Dictionary<string, SpreadGroup> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<SpreadGroup>> _groupsByNamespace = new(StringComparer.Ordinal);
    private readonly List<ScheduledNode> _feasible = [];
    private readonly SortedDictionary<string, int> _reasons = new(StringComparer.Ordinal);
    private double[] _scores = [];
    private double[] _raw = [];
    private int _from;

    /// <summary>The node for a pod; when there is none, the reason in kube-scheduler's words.</summary>
    private ScheduledNode? Choose(SchedulingPod pod, out string? message)
    {
        int count = _order.Count;
        if (count > 0 && ClaimProblem(pod) is { } claim)
        {
            message = string.Create(CultureInfo.InvariantCulture, $"0/{count} nodes are available: {count} {claim}.");
            return null;
        }

        _feasible.Clear();
        _reasons.Clear();
        List<Constraint>? hard = null;
        List<Constraint>? soft = null;
        foreach (V1TopologySpreadConstraint constraint in pod.Object.Spec.TopologySpreadConstraints ?? [])
        {
            var found = new Constraint(GroupOf(pod, constraint), constraint.MaxSkew, SelfMatches(pod, constraint));
            (constraint.WhenUnsatisfiable == "ScheduleAnyway" ? soft ??= [] : hard ??= []).Add(found);
        }

        foreach (Constraint constraint in hard ?? [])
        {
            constraint.Least = LeastOf(pod, constraint.Group);
        }

        int wanted = Wanted(count);
        int looked = 0;
        for (; looked < count && _feasible.Count < wanted; looked++)
        {
            ScheduledNode node = _order[(_from + looked) % count];
            if (Problem(pod, node, hard) is { } problem)
            {
                foreach (string reason in problem.Split('\n'))
                {
                    _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
                }
            }
            else
            {
                _feasible.Add(node);
            }
        }

        if (count > 0)
        {
            _from = (_from + looked) % count;
        }

        message = null;
        if (_feasible.Count == 0)
        {
            message = count == 0 ? "no nodes available to schedule pods" : Explain(count);
            return null;
        }

        return _feasible.Count == 1 ? _feasible[0] : Best(pod, soft);
    }

    private int Wanted(int nodes)
    {
        if (nodes < LeastFeasible || _parameters.PercentageOfNodesToScore >= 100)
        {
            return nodes;
        }

        int percent = _parameters.PercentageOfNodesToScore > 0 ? _parameters.PercentageOfNodesToScore : Math.Max(5, 50 - (nodes / 125));
        return Math.Max(LeastFeasible, nodes * percent / 100);
    }

    // As kube-scheduler: the first filter that refuses speaks, with all of its reasons.
    private static string? Problem(SchedulingPod pod, ScheduledNode node, List<Constraint>? constraints)
    {
        V1PodSpec spec = pod.Object.Spec;
        if (node.IsUnschedulable && !NodeMatching.Tolerates(spec.Tolerations, Unschedulability))
        {
            return "node(s) were unschedulable";
        }

        Requests asked = pod.Requests;
        bool tooMany = node.Pods + 1 > node.MostPods;
        bool cpu = asked.CpuMillis > 0 && node.Sum.CpuMillis + asked.CpuMillis > node.CpuMillis;
        bool memory = asked.MemoryBytes > 0 && node.Sum.MemoryBytes + asked.MemoryBytes > node.MemoryBytes;
        if (tooMany || cpu || memory)
        {
            string?[] reasons = [tooMany ? "Too many pods" : null, cpu ? "Insufficient cpu" : null, memory ? "Insufficient memory" : null];
            return string.Join('\n', reasons.Where(r => r is not null));
        }

        if ((spec.NodeSelector is not null || spec.Affinity is not null) && !NodeMatching.Selects(spec, node.Object))
        {
            return "node(s) didn't match Pod's node affinity";
        }

        if (node.Taints.Length > 0 && NodeMatching.Untolerated(node.Taints, spec.Tolerations) is { } taint)
        {
            return $"node(s) had taint {{{taint.Key}: {taint.Value}}}, that the pod didn't tolerate";
        }

        foreach (Constraint constraint in constraints ?? [])
        {
            string? value = constraint.Group.ValueOf(node);
            if (value is null)
            {
                return "node(s) didn't match pod topology spread constraints (missing required label)";
            }

            if (constraint.Group.With(value) + (constraint.CountsItself ? 1 : 0) - constraint.Least > constraint.MaxSkew)
            {
                return "node(s) didn't match pod topology spread constraints";
            }
        }

        return null;
    }

    private static V1Taint Unschedulability { get; } = new() { Key = NodeObjects.UnschedulableTaint, Effect = "NoSchedule" };

    private string Explain(int nodes)
    {
        IEnumerable<string> reasons = _reasons.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Value} {r.Key}"));
        return string.Create(CultureInfo.InvariantCulture, $"0/{nodes} nodes are available: {string.Join(", ", reasons.Order(StringComparer.Ordinal))}.");
    }

    private ScheduledNode Best(SchedulingPod pod, List<Constraint>? soft)
    {
        int count = _feasible.Count;
        if (_scores.Length < count)
        {
            _scores = new double[count * 2];
            _raw = new double[count * 2];
        }

        Array.Clear(_scores, 0, count);
        V1PodSpec spec = pod.Object.Spec;
        for (int i = 0; i < count; i++)
        {
            ScheduledNode node = _feasible[i];
            double cpu = Math.Min(1, (node.Sum.ScoredCpuMillis + pod.Requests.ScoredCpuMillis) / (double)node.CpuMillis);
            double memory = Math.Min(1, (node.Sum.ScoredMemoryBytes + pod.Requests.ScoredMemoryBytes) / (double)node.MemoryBytes);
            _scores[i] = Math.Floor(((1 - cpu) + (1 - memory)) / 2 * MostScore);
            _scores[i] += cpu >= 1 || memory >= 1 ? 0 : Math.Floor((1 - Math.Abs(cpu - memory)) * MostScore);
            _raw[i] = node.Taints.Length == 0 ? 0 : NodeMatching.Intolerable(node.Taints, spec.Tolerations);
        }

        Add(count, weight: 1, lessIsBetter: true);
        if (spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution is { Count: > 0 })
        {
            for (int i = 0; i < count; i++)
            {
                _raw[i] = NodeMatching.Preference(spec, _feasible[i].Object);
            }

            Add(count, weight: 1, lessIsBetter: false);
        }

        Spread(pod, soft, count);
        ScheduledNode best = _feasible[0];
        double most = _scores[0];
        int equals = 1;
        for (int i = 1; i < count; i++)
        {
            if (_scores[i] > most)
            {
                (best, most, equals) = (_feasible[i], _scores[i], 1);
            }
            else if (_scores[i] == most && _choice.Next(++equals) == 0)
            {
                best = _feasible[i];
            }
        }

        return best;
    }

    /// <summary>Puts the raw figures on the scale of 0 to 100 by the largest of them, as kube-scheduler's default normalisation.</summary>
    private void Add(int count, double weight, bool lessIsBetter)
    {
        double most = 0;
        for (int i = 0; i < count; i++)
        {
            most = Math.Max(most, _raw[i]);
        }

        if (most == 0)
        {
            return;
        }

        for (int i = 0; i < count; i++)
        {
            double share = Math.Floor(_raw[i] * MostScore / most);
            _scores[i] += weight * (lessIsBetter ? MostScore - share : share);
        }
    }

    // PodTopologySpread: constraints of the pod, or by default those of the cluster (hostname with skew 3, zone with skew 5) over the pods of the same
    // controller.
    // A node's figure is Σ count · ln(domains + 2) + skew - 1, and its score 100 · (most + least - figure) / most.
    private void Spread(SchedulingPod pod, List<Constraint>? soft, int count)
    {
        if (soft is null)
        {
            if (pod.ControllerUid is null || pod.Object.Spec.TopologySpreadConstraints is { Count: > 0 })
            {
                return;
            }

            soft =
            [
                new Constraint(GroupOfController(pod, "kubernetes.io/hostname"), 3, true),
                new Constraint(GroupOfController(pod, ZoneKey), 5, true),
            ];
        }

        Array.Clear(_raw, 0, count);
        foreach (Constraint constraint in soft)
        {
            switch (constraint.Group.TopologyKey)
            {
                case "kubernetes.io/hostname":
                    double weight = Logarithm(count + 2);
                    for (int i = 0; i < count; i++)
                    {
                        _raw[i] += (constraint.Group.OnNode(_feasible[i]) * weight) + (constraint.MaxSkew - 1);
                    }

                    break;
                case ZoneKey:
                    SpreadOverZones(constraint, count);
                    break;
                default:
                    weight = Logarithm(DomainsOf(constraint.Group, count) + 2);
                    for (int i = 0; i < count; i++)
                    {
                        _raw[i] += (constraint.Group.With(constraint.Group.ValueOf(_feasible[i])) * weight) + (constraint.MaxSkew - 1);
                    }

                    break;
            }
        }

        double most = 0;
        double least = double.PositiveInfinity;
        for (int i = 0; i < count; i++)
        {
            most = Math.Max(most, _raw[i]);
            least = Math.Min(least, _raw[i]);
        }

        for (int i = 0; i < count && most > 0; i++)
        {
            _scores[i] += 2 * Math.Floor(MostScore * (most + least - Math.Floor(_raw[i])) / most);
        }
    }

    // The usual constraint, and there are few zones: what each adds is computed once.
    private void SpreadOverZones(Constraint constraint, int count)
    {
        double weight = Logarithm(_zones.Count + 2);
        Span<double> byZone = _zones.Count < 64 ? stackalloc double[_zones.Count + 1] : new double[_zones.Count + 1];
        byZone[0] = constraint.MaxSkew - 1;
        foreach ((string zone, int number) in _zones)
        {
            byZone[number] = (constraint.Group.With(zone) * weight) + (constraint.MaxSkew - 1);
        }

        for (int i = 0; i < count; i++)
        {
            _raw[i] += byZone[_feasible[i].ZoneNumber];
        }
    }

    /// <summary>Zones by name, numbered from 1 in order of appearance; 0 stands for none.</summary>
    private readonly Dictionary<string, int> _zones = new(StringComparer.Ordinal);

    private int NumberOf(string? zone)
    {
        if (zone is null)
        {
            return 0;
        }

        if (!_zones.TryGetValue(zone, out int number))
        {
            _zones.Add(zone, number = _zones.Count + 1);
        }

        return number;
    }

    private int DomainsOf(SpreadGroup group, int count)
    {
        _domains.Clear();
        for (int i = 0; i < count; i++)
        {
            if (group.ValueOf(_feasible[i]) is { } value)
            {
                _domains.Add(value);
            }
        }

        return _domains.Count;
    }

    private readonly HashSet<string> _domains = new(StringComparer.Ordinal);

    /// <summary>ln n, straight between powers of two: the same on every machine, and within 9 % of ln 2.</summary>
    private static double Logarithm(int n)
    {
        int power = System.Numerics.BitOperations.Log2((uint)n);
        return 0.693147180559945 * (power + ((n - (1 << power)) / (double)(1 << power)));
    }

    /// <summary>The fewest pods of a group in any domain that the pod could go to.</summary>
    private int LeastOf(SchedulingPod pod, SpreadGroup group)
    {
        int least = int.MaxValue;
        foreach (ScheduledNode node in _order)
        {
            if (group.ValueOf(node) is { } value && NodeMatching.Selects(pod.Object.Spec, node.Object))
            {
                least = Math.Min(least, group.With(value));
            }
        }

        return least == int.MaxValue ? 0 : least;
    }

    private SpreadGroup GroupOfController(SchedulingPod pod, string key) =>
        Group(pod.Namespace, $"{pod.Namespace}\n{key}\n{pod.ControllerUid}", () => new SpreadGroup(pod.Namespace, pod.ControllerUid, null, key));

    private SpreadGroup GroupOf(SchedulingPod pod, V1TopologySpreadConstraint constraint) => Group(
        pod.Namespace,
        $"{pod.Namespace}\n{constraint.TopologyKey}\n\n{SelectorText(constraint.LabelSelector)}",
        () => new SpreadGroup(pod.Namespace, null, Matcher(constraint.LabelSelector), constraint.TopologyKey));

    // Pods that are there already are counted once, when their group is first asked for.
    private SpreadGroup Group(string @namespace, string key, Func<SpreadGroup> make)
    {
        if (!_groups.TryGetValue(key, out SpreadGroup? group))
        {
            _groups.Add(key, group = make());
            if (!_groupsByNamespace.TryGetValue(@namespace, out List<SpreadGroup>? list))
            {
                _groupsByNamespace.Add(@namespace, list = []);
            }

            list.Add(group);
            foreach (SchedulingPod other in _pods.Values)
            {
                if (other is { IsSpread: true, Node: { } node } && group.Has(other))
                {
                    group.Count(node, 1);
                }
            }
        }

        return group;
    }

    private void CountSpread(SchedulingPod pod, int change)
    {
        if (_groupsByNamespace.TryGetValue(pod.Namespace, out List<SpreadGroup>? groups))
        {
            foreach (SpreadGroup group in groups)
            {
                if (group.Has(pod))
                {
                    group.Count(pod.Node!, change);
                }
            }
        }
    }

    private static LabelMatcher Matcher(V1LabelSelector? selector) => new(selector?.MatchLabels, selector?.MatchExpressions);

    private static bool SelfMatches(SchedulingPod pod, V1TopologySpreadConstraint constraint) => Matcher(constraint.LabelSelector).Matches(pod.Labels);

    private static string SelectorText(V1LabelSelector? selector) => string.Join(
        ';',
        (selector?.MatchLabels ?? new Dictionary<string, string>(StringComparer.Ordinal)).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => l.Key + "=" + l.Value)
            .Concat((selector?.MatchExpressions ?? []).Select(e => e.Key + " " + e.OperatorProperty + " " + string.Join(',', e.Values ?? []))));

    private sealed class Constraint(SpreadGroup group, int maxSkew, bool countsItself)
    {
        public SpreadGroup Group { get; } = group;

        public int MaxSkew { get; } = maxSkew;

        public bool CountsItself { get; } = countsItself;

        public int Least { get; set; }
    }
}
