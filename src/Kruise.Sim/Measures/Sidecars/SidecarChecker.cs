using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Measures.Workloads;
using static System.FormattableString;

namespace Kruise.Sim.Measures.Sidecars;

/// <summary>
/// Holds every plan of the SidecarSet controller, every pod that is stored and every restart against what must always be. It counts for itself (<see
/// cref="SidecarLedger"/>), from the objects in the controllers' view. It changes nothing and draws nothing.
/// </summary>
/// <remarks>
/// <para>A plan begins an upgrade when it writes a pod. Of the pods that are ready in its view it may take max(0, maxUnavailable − updated pods that are not ready); one
/// that is out of service as it is costs nothing. Of the pods that could be upgraded min(partition, all of them) must be left.</para>
/// <para>A pod that is stored must have each container of each set in the view that selects it, once, at the set's hash, and nothing of a set that does not select it;
/// unless its webhook did not answer and it may go without.</para>
/// <para>A pod's own container is started again only when it ended by itself or its image was changed by others than a SidecarSet.</para>
/// </remarks>
internal sealed partial class SidecarChecker(EventLoop loop, AdmissionRecorder admissions, IReadOnlySet<string> leftOut) : IPlanObserver
{
    private readonly ViolationLog _violations = new(loop);
    private readonly SidecarLedger _view = new(leftOut);

    /// <summary>What was found.</summary>
    public ViolationLog Violations => _violations;

    public void OnChange(in ObjectChange change)
    {
        switch (change.Object)
        {
            case SidecarSet:
                _view.OnSet(change.Key.Name, (SidecarSet?)change.New);
                break;
            case V1Pod:
                _view.OnPod(change.Key, (V1Pod?)change.New);
                break;
        }
    }

    public void OnPlan(ObjectKey key, IClusterView view, Plan plan)
    {
        if (plan.Groups.Count == 0 || view.Get<SidecarSet>(key) is not { } set || _view.Book(key.Name) is not { } book)
        {
            return;
        }

        List<Upgrade> upgrades = [];
        foreach (WriteGroup group in plan.Groups)
        {
            foreach (Write write in group.Writes)
            {
                Look(write, set, view, upgrades);
            }
        }

        if (upgrades.Count > 0)
        {
            Judge(book, upgrades);
        }
    }

    private void Look(Write write, SidecarSet set, IClusterView view, List<Upgrade> upgrades)
    {
        switch (write)
        {
            case Write.Sequence sequence:
                foreach (Write member in sequence.Writes)
                {
                    Look(member, set, view, upgrades);
                }

                break;
            case Write.Update { Object: V1Pod pod }:
                // What the view does not hold (any more) cannot be judged; the API server refuses it.
                if (view.Get<V1Pod>(ObjectKey.Of(pod)) is { } stored)
                {
                    upgrades.Add(new Upgrade(stored, pod));
                }

                break;
            case Write.Create { Object: var made }:
                Touches(set, made);
                break;
            case Write.Update { Object: var changed }:
                Touches(set, changed);
                break;
            case Write.UpdateStatus { Object: var changed }:
                Touches(set, changed);
                break;
            case Write.Delete delete:
                if (view.Find(delete.Kind, delete.Key) is { } target)
                {
                    Touches(set, target);
                }

                break;
        }
    }

    private void Touches(SidecarSet set, IKubernetesObject<V1ObjectMeta> obj)
    {
        if (obj is not SidecarSet own || own.Metadata.Name != set.Metadata.Name)
        {
            _violations.Add(ViolationRule.Scope, $"SidecarSet {set.Metadata.Name} was about to write {Name(obj)}, which is none of its pods", Name(set), Name(obj));
        }
    }

    private void Judge(SidecarBook book, List<Upgrade> upgrades)
    {
        SidecarRules rules = book.Rules;
        string set = Name(rules.Set);
        List<string> serving = [], waiting = [];
        foreach (Upgrade upgrade in upgrades)
        {
            var key = ObjectKey.Of(upgrade.Before);
            string pod = Name(upgrade.Before);
            SidecarSight sight = book.Of(key);
            if (!sight.IsMember)
            {
                _violations.Add(ViolationRule.Scope, $"{set} was about to upgrade {pod}, which is none of its pods: {WhyNot(rules, upgrade.Before)}", set, pod);
            }
            else if (!sight.IsSelected)
            {
                _violations.Add(ViolationRule.Canary, $"{set} was about to upgrade {pod}, which updateStrategy.selector leaves out", set, pod);
            }

            if (sight.IsReady)
            {
                serving.Add(pod);
            }

            if (sight.IsWaiting)
            {
                waiting.Add(pod);
            }

            if (UpgradeScope.Beyond(upgrade.Before, upgrade.After, rules) is { } beyond)
            {
                _violations.Add(ViolationRule.SidecarOnly, $"{set} was about to change {beyond} of {pod}", set, pod);
            }
        }

        int allowed = Math.Max(0, book.MaxUnavailable - book.Unavailable);
        if (serving.Count > allowed)
        {
            _violations.Add(
                ViolationRule.MaxUnavailable,
                Invariant($"{set} was about to upgrade {serving.Count} ready pods where {allowed} were allowed: {book.Matched} pods, {book.Updated} upgraded, ")
                    + Invariant($"{book.Unavailable} of these not ready, maxUnavailable {book.MaxUnavailable}"),
                [set, .. serving]);
        }

        int kept = rules.Updates ? Math.Min(book.Partition, book.Waiting) : book.Waiting;
        if (book.Waiting - waiting.Count < kept && waiting.Count > 0)
        {
            _violations.Add(
                ViolationRule.Partition,
                Invariant($"{set} was about to upgrade {waiting.Count} of {book.Waiting} pods where {(rules.Updates ? "partition" : "its strategy")} keeps {kept}"),
                [set, .. waiting]);
        }
    }

    private string WhyNot(SidecarRules rules, V1Pod pod) =>
        !rules.Matches(pod) ? "it is outside the set's namespace or selector"
        : _view.Sidecars(ObjectKey.Of(pod))?.HashOf(rules.Name) is null ? "it was made without the set"
        : "it is not active";

    private static string Name(IKubernetesObject<V1ObjectMeta> obj) =>
        obj.Kind + " " + (string.IsNullOrEmpty(obj.Metadata.NamespaceProperty) ? obj.Metadata.Name : ObjectKey.Of(obj).ToString());

    private readonly record struct Upgrade(V1Pod Before, V1Pod After);
}
