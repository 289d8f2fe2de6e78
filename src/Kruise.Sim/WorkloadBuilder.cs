using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Sim.Cluster;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Workloads;

namespace Kruise.Sim;

/// <summary>Turns what a scenario says of pods, and of what runs them, into the parameters of the models.</summary>
internal static class WorkloadBuilder
{
    /// <summary>All that a scenario says of pods; null when it has none, so that no kubelet and no scheduler is there.</summary>
    public static WorkloadSettings? Settings(ScenarioSpec spec) => HasPods(spec)
        ? new WorkloadSettings
        {
            Scheduler = Scheduler(spec.ControlPlane),
            Lifecycle = NodeLifecycle(spec.ControlPlane),
            Behaviours = Behaviours(spec),
            Pools = spec.Cluster.NodePools.ToDictionary(
                pool => pool.Name, pool => new PoolWorkloads(Kubelet(pool), Capacity(pool), [.. Taints(pool)]), StringComparer.Ordinal),
        }
        : null;

    private static bool HasPods(ScenarioSpec spec) =>
        spec.Cluster.NodePools.Any(pool => pool.Slow is not null)
        || spec.Timeline.Any(entry =>
            entry.Apply?.Objects.Any(obj => obj is CloneSet) == true
            || entry is { Fault: NodeOutage or NodeSlowdown } or { Cordon: not null } or { Drain: not null });

    /// <summary>What a node of the pool offers to pods.</summary>
    public static NodeCapacity Capacity(NodePoolSpec pool) => new(
        (long)Math.Floor(pool.Capacity.Cpu.ToDecimal() * 1000),
        (long)Math.Floor(pool.Capacity.Memory.ToDecimal()),
        pool.Capacity.Pods);

    /// <summary>The kubelet of a pool's nodes.</summary>
    public static KubeletParameters Kubelet(NodePoolSpec pool)
    {
        KubeletSpec spec = pool.Kubelet;
        return new KubeletParameters
        {
            SyncLatency = ControlPlaneSettings.Distribution(spec.SyncLatency),
            StatusLatency = ControlPlaneSettings.Distribution(spec.StatusLatency),
            SandboxLatency = ControlPlaneSettings.Distribution(spec.Sandbox),
            CreateLatency = ControlPlaneSettings.Distribution(spec.Create),
            StartLatency = ControlPlaneSettings.Distribution(spec.Start),
            CleanupLatency = ControlPlaneSettings.Distribution(spec.Cleanup),
            RestartLatency = ControlPlaneSettings.Distribution(spec.Restart),
            ApiQps = spec.ApiQps,
            ApiBurst = spec.ApiBurst,
            SerializeImagePulls = spec.SerializeImagePulls,
            MaxParallelImagePulls = spec.MaxParallelImagePulls,
            RegistryPullQps = spec.RegistryPullQps,
            RegistryBurst = spec.RegistryBurst,
            BackOffInitial = spec.BackOff.Initial,
            BackOffMax = spec.BackOff.Max,
            ImageGcHighPercent = spec.ImageGc.HighPercent,
            ImageGcLowPercent = spec.ImageGc.LowPercent,
            ImageGcMinAge = spec.ImageGc.MinAge,
            ImageGcPeriod = spec.ImageGc.Period,
            EvictionAvailablePercent = spec.EvictionAvailablePercent,
            ImageFileSystemBytes = pool.Disk.Images?.Bytes,
        };
    }

    /// <summary>The taints of a pool's nodes, as their objects have them.</summary>
    public static IList<V1Taint> Taints(NodePoolSpec pool) =>
        [.. pool.Taints.Select(taint => new V1Taint { Key = taint.Key, Value = taint.Value, Effect = WordAttribute.Of(taint.Effect) })];

    /// <summary>The scheduler.</summary>
    public static SchedulerParameters Scheduler(ControlPlaneSpec spec) => new()
    {
        DecisionLatency = ControlPlaneSettings.Distribution(spec.Scheduler.Decision),
        BindingLatency = ControlPlaneSettings.Distribution(spec.Scheduler.Binding),
        BackOffInitial = spec.Scheduler.BackOff.Initial,
        BackOffMax = spec.Scheduler.BackOff.Max,
        PercentageOfNodesToScore = spec.Scheduler.PercentageOfNodesToScore ?? 0,
    };

    /// <summary>What becomes of nodes that fall silent.</summary>
    public static NodeLifecycleParameters NodeLifecycle(ControlPlaneSpec spec) => new()
    {
        HeartbeatInterval = spec.NodeLifecycle.Heartbeat,
        MonitorGrace = spec.NodeLifecycle.MonitorGrace,
        MonitorPeriod = spec.NodeLifecycle.MonitorPeriod,
        EvictionNodesPerSecond = spec.NodeLifecycle.EvictionRate,
    };

    /// <summary>What containers do, the most specific first, so that the first that matches counts. A repository stands for each of its images in the scenario.</summary>
    public static IReadOnlyList<ContainerBehaviour> Behaviours(ScenarioSpec spec)
    {
        IReadOnlyList<ImageReference> images = [.. new ImageLookup(spec.Registries).Names.Select(ImageReference.Parse)];
        var behaviours = new List<ContainerBehaviour>();
        foreach (ContainerBehaviourSpec behaviour in ContainerBehaviours.BySpecificity(spec.Containers))
        {
            if (behaviour.Image is not { } image || !ContainerBehaviours.IsRepository(image))
            {
                behaviours.Add(Behaviour(behaviour, behaviour.Image));
                continue;
            }

            behaviours.AddRange(images.Where(known => ContainerBehaviours.MatchesImage(behaviour, known)).Select(known => Behaviour(behaviour, known.FamiliarReference)));
        }

        return behaviours;
    }

    private static ContainerBehaviour Behaviour(ContainerBehaviourSpec spec, string? image) => new()
    {
        Image = image,
        Container = spec.Container,
        ReadyAfter = ControlPlaneSettings.Distribution(spec.Ready),
        StopTime = ControlPlaneSettings.Distribution(spec.Stop),
        PreStopTime = spec.PreStop is { } hook ? ControlPlaneSettings.Distribution(hook) : null,
        ExitAfter = spec.Runs is { } runs ? ControlPlaneSettings.Distribution(runs) : null,
        Crash = spec.Crash is { } crash ? new CrashBehaviour(crash.Probability.Value, ControlPlaneSettings.Distribution(crash.After)) : null,
        NeverReadyProbability = spec.NeverReady.Value,
        Flaps = spec.Unready is { } flaps
            ? new ReadinessFlaps(flaps.Probability.Value, ControlPlaneSettings.Distribution(flaps.Every), ControlPlaneSettings.Distribution(flaps.For))
            : null,
    };
}
