using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.CloneSets;
using Kruise.Core.Reconciling;
using Kruise.Core.Tests.Reconciling;

namespace Kruise.Core.Tests.CloneSets;

/// <summary>The world of one CloneSet. Pods do nothing unless <see cref="Kubelet"/> is called.</summary>
internal sealed partial class CloneSetWorld(CloneSetOptions? options = null, ulong seed = 7, int fingerprintEvery = 1)
    : ControllerWorld(new CloneSetReconciler(options ?? CloneSetOptions.Default), seed, fingerprintEvery)
{
    public const string Namespace = "default";

    public CloneSet Set => Get<CloneSet>("foo")!;

    public IReadOnlyList<V1PersistentVolumeClaim> Claims => [.. Of<V1PersistentVolumeClaim>()];

    public IReadOnlyList<V1ControllerRevision> Revisions => [.. Of<V1ControllerRevision>()];

    public T? Get<T>(string name)
        where T : class, IKubernetesObject<V1ObjectMeta> => Get<T>(new ObjectKey(Namespace, name));

    public void Edit(Func<CloneSet, CloneSet> change) => Apply(change(Set));

    public void EditSpec(Func<CloneSetSpec, CloneSetSpec> change) => Edit(set => set with { Spec = change(set.Spec) });

    public void EditStrategy(Func<CloneSetUpdateStrategy, CloneSetUpdateStrategy> change) => EditSpec(spec => spec with { UpdateStrategy = change(spec.UpdateStrategy) });

    public void EditPod(string name, Func<V1Pod, V1Pod> change) => Apply(change(Get<V1Pod>(name)!));

    /// <inheritdoc cref="ControllerWorld.SettleDown"/>
    public CloneSetWorld Settle()
    {
        SettleDown();
        return this;
    }
}
