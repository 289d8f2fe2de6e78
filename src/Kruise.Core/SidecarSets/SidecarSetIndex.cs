using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.SidecarSets;

/// <summary>The pods of every SidecarSet, maintained change by change, so that a decision costs what it changes and not what exists.</summary>
public sealed class SidecarSetIndex : IViewIndex
{
    private readonly Dictionary<string, SidecarSetPods> _sets = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, SidecarCarrier> _carriers = [];

    /// <summary>The pods of a set; none when it is not known.</summary>
    internal SidecarSetPods Of(string set) => _sets.GetValueOrDefault(set) ?? new SidecarSetPods();

    /// <summary>What is known to have been said by some version of a pod; null when no set is in it.</summary>
    internal PodInjections? InjectionsOf(ObjectKey pod) => _carriers.GetValueOrDefault(pod)?.Injections;

    /// <inheritdoc/>
    public void OnChange(in ObjectChange change)
    {
        switch (change.Object)
        {
            case V1Pod:
                OnPod(change.Key, change.New as V1Pod);
                break;
            case SidecarSet:
                OnSet(change.Key.Name, change.New as SidecarSet);
                break;
        }
    }

    private void OnPod(ObjectKey key, V1Pod? pod)
    {
        SidecarCarrier? old = _carriers.GetValueOrDefault(key);
        PodInjections? injections = pod is null ? null : PodInjections.Of(pod, old?.Injections);
        if (old is null && injections is null)
        {
            return;
        }

        SidecarCarrier? current = injections is null ? null : new SidecarCarrier(pod!, injections);
        if (current is null)
        {
            _carriers.Remove(key);
        }
        else
        {
            _carriers[key] = current;
        }

        if (old is not null && !ReferenceEquals(old.Injections, injections))
        {
            foreach (string left in old.Injections.Hashes.Keys)
            {
                if (injections?.Hashes.ContainsKey(left) != true)
                {
                    Tell(left, key, null);
                }
            }
        }

        foreach (string set in PodInjections.SetsOf(injections))
        {
            Tell(set, key, current);
        }
    }

    private void OnSet(string name, SidecarSet? set)
    {
        SidecarSetPods pods = Group(name);
        if (set is null || pods.Rules?.Same(set) != true)
        {
            pods.OnSet(set);
        }

        Drop(name, pods);
    }

    private void Tell(string set, ObjectKey key, SidecarCarrier? carrier)
    {
        SidecarSetPods pods = Group(set);
        pods.OnPod(key, carrier);
        Drop(set, pods);
    }

    private SidecarSetPods Group(string set)
    {
        if (!_sets.TryGetValue(set, out SidecarSetPods? pods))
        {
            _sets.Add(set, pods = new SidecarSetPods());
        }

        return pods;
    }

    private void Drop(string set, SidecarSetPods pods)
    {
        if (pods.IsEmpty)
        {
            _sets.Remove(set);
        }
    }
}
