using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Images.Network;
using Kruise.Sim.Workloads;

namespace Kruise.Live.Tests.Workloads;

/// <summary>A simulated cluster of three nodes, with the CloneSet controller at work.</summary>
internal sealed class TwinWorkloads : IWorkloadWorld
{
    private const ulong Seed = 7;
    private static readonly ObjectKey s_key = new("default", "web");
    private static readonly SimTime s_patience = SimTime.FromSeconds(600);

    private readonly EventLoop _loop = new();
    private readonly ApiServer _server;

    public TwinWorkloads()
    {
        var network = new FlowNetwork(_loop);
        int zone = network.AddZone(double.PositiveInfinity);
        var catalog = new ImageCatalog();
        var registry = new Registry(new RegistryParameters { Name = "docker.io" }, _loop, network, RandomStream.Named(Seed, "registry"));
        catalog.AddRegistry(registry);
        foreach (string image in (string[])["app:1", "app:2", "app:3", "app:4", "log:1", "log:2"])
        {
            catalog.AddImage(registry, image, catalog.AddLayer(image, 10_000_000, 10_000_000));
        }

        LatencyDistribution latency = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(5), SimTime.FromMilliseconds(50));
        _server = new ApiServer(_loop, RandomStream.Named(Seed, "apiserver"), StandardKinds.Registry());
        _server.Admission = new WorldAdmission(_loop, FeatureGates.Default, _server);
        var runtimes = new RuntimeFleet(_loop, network, catalog);
        var world = new WorkloadWorld(_loop, _server, catalog, new WorkloadSettings(), latency, latency, Seed);
        for (int i = 0; i < 3; i++)
        {
            string name = $"node-{i}";
            _server.Create(new V1Node
            {
                Metadata = new V1ObjectMeta { Name = name },
                Status = new V1NodeStatus { Allocatable = NodeCapacity.Default.ToAllocatable(), Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }] },
            });
            var runtime = new NodeRuntime(runtimes, RuntimePresets.Containerd16, network.AddNode(zone, 125e6), RandomStream.Named(Seed, name + "/runtime"));
            world.AddNode("pool", name, runtime, RandomStream.Named(Seed, name)).Begin();
        }

        world.BeginScheduling();
        var reconciler = new CloneSetReconciler(CloneSetOptions.Default);
        var cache = new ObjectCache(reconciler.Indexes);
        var client = new ApiClient(_loop, _server, new TokenBucket(100, 200), latency, RandomStream.Named(Seed, "client"));
        var host = new ControllerHost(
            _loop, reconciler, cache, client, new ControllerParameters(3, 16, latency), FeatureGates.Default, RandomStream.Named(Seed, reconciler.Name));
        var manager = new ManagerCache(cache, [host]);
        foreach (Type kind in reconciler.Watches)
        {
            manager.Fill(_server, kind);
            manager.Watch(_server, kind, latency, RandomStream.Named(Seed, "watch/" + kind.Name));
        }
    }

    public ValueTask DoAsync(WorkloadStep step)
    {
        Write(step);
        SimTime limit = _loop.Now + s_patience;
        while (!IsSettled())
        {
            if (!_loop.Step(limit))
            {
                throw new TimeoutException($"not settled within {s_patience} of virtual time");
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<WorkloadState> StateAsync() => ValueTask.FromResult(new WorkloadState(Set, List<V1Pod>(), List<V1PersistentVolumeClaim>(), List<V1ControllerRevision>()));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private CloneSet Set => _server.Peek<CloneSet>(s_key) ?? throw new InvalidOperationException("There is no set.");

    private void Write(WorkloadStep step)
    {
        ApiResult result = step switch
        {
            WorkloadStep.Create create => _server.Create(new CloneSet { Metadata = new V1ObjectMeta { Name = s_key.Name, NamespaceProperty = s_key.Namespace }, Spec = create.Spec }),
            WorkloadStep.Scale scale => Edit(spec => spec with { Replicas = scale.Replicas }),
            WorkloadStep.SetImage image => Edit(spec => WorkloadCases.WithContainer(spec, image.Container, c => c with { Image = image.Image })),
            WorkloadStep.Edit edit => Edit(edit.Change),
            WorkloadStep.DeletePod delete => _server.Delete(typeof(V1Pod), ObjectKey.Of(Pod(delete.Index))),
            WorkloadStep.MarkPod mark => _server.Patch<V1Pod>(ObjectKey.Of(Pod(mark.Index)), pod => pod with
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

    private ApiResult Edit(Func<CloneSetSpec, CloneSetSpec> change) => _server.Patch<CloneSet>(s_key, set => set with { Spec = change(set.Spec) });

    private V1Pod Pod(int index) => List<V1Pod>()[index];

    private T[] List<T>() => [.. _server.StoreOf(typeof(T)).List(s_key.Namespace).Cast<T>()];

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
