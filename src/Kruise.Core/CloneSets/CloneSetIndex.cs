using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;

namespace Kruise.Core.CloneSets;

/// <summary>What every CloneSet controls, maintained change by change, so that a decision costs what it changes and not what exists.</summary>
public sealed class CloneSetIndex : IViewIndex
{
    private readonly Dictionary<string, CloneSetPods> _sets = new(StringComparer.Ordinal);

    // Where each object was counted: what it said before counts, not what a change calls old.
    private readonly Dictionary<(Type Kind, ObjectKey Key), (string Uid, string InstanceId)> _owners = [];

    /// <summary>What a set with this uid controls.</summary>
    internal CloneSetPods Of(string uid) => _sets.GetValueOrDefault(uid) ?? new CloneSetPods();

    /// <inheritdoc/>
    public void OnChange(in ObjectChange change)
    {
        switch (change.Object)
        {
            case V1Pod pod:
                Move<V1Pod>(change, "", static (set, name, _, current) => set.OnPod(name, current));
                break;
            case V1PersistentVolumeClaim claim:
                Move<V1PersistentVolumeClaim>(change, InstanceId(claim), static (set, name, id, current) => set.OnClaim(name, id, current));
                break;
            case V1ControllerRevision:
                Move<V1ControllerRevision>(change, "", static (set, name, _, current) => set.OnRevision(name, current));
                break;
            case CloneSet:
                OnSet(change.Old as CloneSet, change.New as CloneSet);
                break;
        }
    }

    private static string InstanceId(V1PersistentVolumeClaim claim) =>
        claim.Metadata.Labels is { } labels && labels.TryGetValue(WorkloadKeys.CloneSetInstanceId, out string? id) ? id : "";

    private void OnSet(CloneSet? old, CloneSet? current)
    {
        if (old is not null && old.Metadata.Uid != current?.Metadata.Uid)
        {
            CloneSetPods gone = Group(old.Metadata.Uid);
            gone.OnSet(null);
            Drop(old.Metadata.Uid, gone);
        }

        if (current is not null && (old?.Metadata.Uid != current.Metadata.Uid || !ValueEquality.Same(old.Spec.Selector, current.Spec.Selector)))
        {
            Group(current.Metadata.Uid).OnSet(current);
        }
    }

    private void Move<T>(in ObjectChange change, string instanceId, Action<CloneSetPods, string, string, T?> tell)
        where T : class
    {
        (Type, ObjectKey) id = (typeof(T), change.Key);
        string uid = change.New is { } current && CloneSetOwner.Of(current.Metadata) is { } owner ? owner.Uid : "";
        if (_owners.TryGetValue(id, out (string Uid, string InstanceId) before) && (before.Uid != uid || before.InstanceId != instanceId))
        {
            CloneSetPods set = Group(before.Uid);
            tell(set, change.Key.Name, before.InstanceId, null);
            _owners.Remove(id);
            Drop(before.Uid, set);
        }

        if (uid.Length > 0)
        {
            tell(Group(uid), change.Key.Name, instanceId, (T)(object)change.New!);
            _owners[id] = (uid, instanceId);
        }
    }

    private CloneSetPods Group(string uid)
    {
        if (!_sets.TryGetValue(uid, out CloneSetPods? set))
        {
            _sets.Add(uid, set = new CloneSetPods());
        }

        return set;
    }

    private void Drop(string uid, CloneSetPods set)
    {
        if (set.IsEmpty)
        {
            _sets.Remove(uid);
        }
    }
}
