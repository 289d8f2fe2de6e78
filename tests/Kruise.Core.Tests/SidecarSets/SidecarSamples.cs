using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.SidecarSets;
using Kruise.Core.Workloads;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>Sets and pods for tests.</summary>
internal static class SidecarSamples
{
    public const string SetName = "agents";
    public const string Agent = "agent";

    public static SidecarSet Set(string image = "agent:1", SidecarSetUpdateStrategy? strategy = null, string name = SetName, string container = Agent) => SidecarSetDefaults.Apply(new SidecarSet
    {
        Metadata = new V1ObjectMeta { Name = name, Uid = "uid-" + name },
        Spec = new SidecarSetSpec
        {
            Selector = Select(("app", "web")),
            Containers = [new SidecarContainer { Name = container, Image = image }],
            UpdateStrategy = strategy ?? new SidecarSetUpdateStrategy(),
        },
    });

    public static V1LabelSelector Select(params (string Key, string Value)[] labels) =>
        new() { MatchLabels = labels.ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal) };

    /// <summary>The set with another spec, as it leaves admission.</summary>
    public static SidecarSet With(this SidecarSet set, Func<SidecarSetSpec, SidecarSetSpec> change) => SidecarSetDefaults.Apply(set with { Spec = change(set.Spec) });

    public static SidecarSet WithImage(this SidecarSet set, string image) =>
        set.With(spec => spec with { Containers = [.. spec.Containers!.Select((container, i) => i == 0 ? container with { Image = image } : container)] });

    public static SidecarSet WithStrategy(this SidecarSet set, Func<SidecarSetUpdateStrategy, SidecarSetUpdateStrategy> change) =>
        set.With(spec => spec with { UpdateStrategy = change(spec.UpdateStrategy) });

    /// <summary>A pod that selects nothing and runs nothing yet, as its owner makes it.</summary>
    public static V1Pod Bare(string name, string app = "web", string @namespace = "default", params (string Key, string Value)[] labels) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            NamespaceProperty = @namespace,
            Uid = $"uid-{@namespace}-{name}",
            Labels = labels.Prepend(("app", app)).ToDictionary(label => label.Item1, label => label.Item2, StringComparer.Ordinal),
        },
        Spec = new V1PodSpec { Containers = [new V1Container { Name = "main", Image = "web:1" }] },
    };

    /// <summary>A pod with the containers of sets, running and ready.</summary>
    public static V1Pod Running(this V1Pod bare, params SidecarSet[] sets) => SidecarInjector.Inject(bare, sets, SidecarSetWorld.Start).Pod.Runs();

    /// <summary>The pod with its containers running what it says.</summary>
    public static V1Pod Runs(this V1Pod pod, bool ready = true) => pod with
    {
        Spec = pod.Spec with { NodeName = "n1" },
        Status = new V1PodStatus
        {
            Phase = PodState.Running,
            Conditions = [new V1PodCondition { Type = PodState.ReadyCondition, Status = ready ? PodState.True : PodState.False, LastTransitionTime = SidecarSetWorld.Start }],
            ContainerStatuses = [.. pod.Spec.Containers.Select(container => new V1ContainerStatus { Name = container.Name, Image = container.Image, ImageID = "id-of-" + container.Image, Ready = ready })],
        },
    };

    public static string ImageOf(V1Pod pod, string container = Agent) => pod.Spec.Containers.First(c => c.Name == container).Image;
}
