using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.CloneSets;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Kruise.Sim.Cluster;

namespace Kruise.Live.Tests.Workloads;

/// <summary>A simulated cluster of three nodes, with the CloneSet controller at work.</summary>
internal sealed class TwinWorkloads : IWorkloadWorld
{
    private static readonly ObjectKey s_key = new("default", "web");

    private readonly TwinCluster _cluster = new(
        new CloneSetReconciler(CloneSetOptions.Default),
        ["app:1", "app:2", "app:3", "app:4", "log:1", "log:2"],
        cluster => cluster.Server.Admission = new WorldAdmission(cluster.Loop, FeatureGates.Default, cluster.Server));

    public ValueTask DoAsync(WorkloadStep step)
    {
        Write(step);
        _cluster.Until(IsSettled, "the set has settled");
        return ValueTask.CompletedTask;
    }

    public ValueTask<WorkloadState> StateAsync() => ValueTask.FromResult(new WorkloadState(Set, List<V1Pod>(), List<V1PersistentVolumeClaim>(), List<V1ControllerRevision>()));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ApiServer Server => _cluster.Server;

    private CloneSet Set => Server.Peek<CloneSet>(s_key) ?? throw new InvalidOperationException("There is no set.");

    private void Write(WorkloadStep step)
    {
        ApiResult result = step switch
        {
            WorkloadStep.Create create => Server.Create(new CloneSet { Metadata = new V1ObjectMeta { Name = s_key.Name, NamespaceProperty = s_key.Namespace }, Spec = create.Spec }),
            WorkloadStep.Scale scale => Edit(spec => spec with { Replicas = scale.Replicas }),
            WorkloadStep.SetImage image => Edit(spec => WorkloadCases.WithContainer(spec, image.Container, c => c with { Image = image.Image })),
            WorkloadStep.Edit edit => Edit(edit.Change),
            WorkloadStep.DeletePod delete => Server.Delete(typeof(V1Pod), ObjectKey.Of(Pod(delete.Index))),
            WorkloadStep.MarkPod mark => Server.Patch<V1Pod>(ObjectKey.Of(Pod(mark.Index)), pod => pod with
            {
                Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, WorkloadKeys.SpecifiedDelete, "true") },
            }),
            WorkloadStep.NamePod name => Edit(spec => spec with
            {
                Replicas = name.Replicas,
                ScaleStrategy = spec.ScaleStrategy with { PodsToDelete = [Pod(name.Index).Metadata.Name] },
            }),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, "Not a step."),
        };
        if (!result.Succeeded)
        {
            throw new InvalidOperationException($"{step}: {result.Message}");
        }
    }

    private ApiResult Edit(Func<CloneSetSpec, CloneSetSpec> change) => Server.Patch<CloneSet>(s_key, set => set with { Spec = change(set.Spec) });

    private V1Pod Pod(int index) => List<V1Pod>()[index];

    private T[] List<T>() => _cluster.List<T>(s_key.Namespace);

    // The status is about the spec as it is, pods are at the template and ready as far as the partition lets them, and what is to go has gone.
    private bool IsSettled()
    {
        CloneSet set = Set;
        CloneSetNumbers numbers = CloneSetNumbers.Of(set.Spec);
        return set.Status.ObservedGeneration == set.Metadata.Generation
            && set.Status.Replicas == numbers.Replicas
            && set.Status.AvailableReplicas == numbers.Replicas
            && set.Status.UpdatedReadyReplicas >= numbers.Replicas - numbers.Partition
            && set.Spec.ScaleStrategy.PodsToDelete is null or { Count: 0 }
            && List<V1Pod>() is var pods
            && pods.Length == numbers.Replicas
            && pods.All(pod => pod.Metadata.DeletionTimestamp is null && !PodState.IsSpecifiedDelete(pod) && PodState.LifecycleState(pod) == "Normal" && PodState.IsReady(pod))
            && List<V1PersistentVolumeClaim>().Length == pods.Length * (set.Spec.VolumeClaimTemplates?.Count ?? 0)
            && List<V1ControllerRevision>().Length <= 1 + Math.Max(1, Math.Min(set.Spec.RevisionHistoryLimit ?? 10, 10));
    }
}
