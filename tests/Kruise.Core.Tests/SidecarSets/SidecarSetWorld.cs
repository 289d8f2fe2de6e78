using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Kruise.Core.Tests.Reconciling;
using Kruise.Core.Workloads;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>The world of SidecarSets and the pods that they are in. A container that gets another image is out of service for one step of the kubelet.</summary>
internal sealed class SidecarSetWorld(SidecarSetOptions? options = null, ulong seed = 7, int fingerprintEvery = 1)
    : ControllerWorld(new SidecarSetReconciler(options ?? SidecarSetOptions.Default), seed, fingerprintEvery)
{
    /// <summary>Pods whose containers do not become ready again.</summary>
    public HashSet<string> Sick { get; } = new(StringComparer.Ordinal);

    /// <summary>Pods that the kubelet leaves as they are.</summary>
    public HashSet<string> Frozen { get; } = new(StringComparer.Ordinal);

    public SidecarSet Set => SetOf(SidecarSamples.SetName);

    /// <summary>The counts of the set's status: matched, updated, ready, updated and ready.</summary>
    public (int Matched, int Updated, int Ready, int UpdatedReady) Status => (Set.Status.MatchedPods, Set.Status.UpdatedPods, Set.Status.ReadyPods, Set.Status.UpdatedReadyPods);

    /// <summary>How many pods have each image of the agent, as <c>2 agent:1, 3 agent:2</c>.</summary>
    public string Images => string.Join(
        ", ", AllPods.Where(pod => pod.Spec.Containers.Any(c => c.Name == SidecarSamples.Agent)).GroupBy(pod => SidecarSamples.ImageOf(pod))
            .OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}"));

    public SidecarSet SetOf(string name) => Get<SidecarSet>(ObjectKey.Cluster(name))!;

    public V1Pod Pod(string name, string @namespace = "default") => Get<V1Pod>(new ObjectKey(@namespace, name))!;

    public void Edit(Func<SidecarSet, SidecarSet> change) => Apply(change(Set));

    public void NewImage(string image) => Edit(set => set.WithImage(image));

    public void EditPod(string name, Func<V1Pod, V1Pod> change) => Apply(change(Pod(name)));

    /// <summary>Stores pods that run with the containers of the sets that are there.</summary>
    public SidecarSetWorld AddPods(params IEnumerable<V1Pod> bare)
    {
        SidecarSet[] sets = [.. Of<SidecarSet>()];
        foreach (V1Pod pod in bare)
        {
            Apply(pod.Running(sets));
        }

        return this;
    }

    public SidecarSetWorld Settle()
    {
        SettleDown();
        return this;
    }

    /// <inheritdoc/>
    public override bool Kubelet()
    {
        bool moved = false;
        foreach (V1Pod pod in AllPods)
        {
            if (!Frozen.Contains(pod.Metadata.Name) && PodState.IsActive(pod) && Next(pod) is { } next)
            {
                Store(next, pod);
                moved = true;
            }
        }

        return moved;
    }

    private V1Pod? Next(V1Pod pod)
    {
        bool isRestarted = !(pod.Status?.ContainerStatuses ?? []).Select(s => (s.Name, s.Image)).SequenceEqual(pod.Spec.Containers.Select(c => (c.Name, c.Image)));
        bool ready = !isRestarted && !Sick.Contains(pod.Metadata.Name);
        return !isRestarted && PodState.IsRunningAndReady(pod) == ready ? null : pod.Runs(ready) is var next && ready ? WithSince(next, Now) : pod.Runs(ready);
    }

    private static V1Pod WithSince(V1Pod pod, DateTime now) =>
        pod with { Status = pod.Status with { Conditions = [.. pod.Status.Conditions.Select(condition => condition with { LastTransitionTime = now })] } };
}
