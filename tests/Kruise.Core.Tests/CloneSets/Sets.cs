using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Tests.Revisions;

namespace Kruise.Core.Tests.CloneSets;

/// <summary>CloneSets for tests.</summary>
internal static class Sets
{
    public const string InPlace = CloneSetUpdateStrategy.InPlaceIfPossible;
    public const string ReCreate = CloneSetUpdateStrategy.ReCreate;

    public static CloneSet Of(int replicas, string type = InPlace, string? maxUnavailable = null, string? maxSurge = null, string? partition = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = "foo", NamespaceProperty = CloneSetWorld.Namespace },
        Spec = new CloneSetSpec
        {
            Replicas = replicas,
            Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "web" } },
            Template = Templates.Of(),
            UpdateStrategy = new CloneSetUpdateStrategy { Type = type, MaxUnavailable = maxUnavailable, MaxSurge = maxSurge, Partition = partition },
        },
    };

    /// <summary>A world in which the set is there and all of its pods are ready.</summary>
    public static CloneSetWorld Running(this CloneSet set)
    {
        var world = new CloneSetWorld();
        world.Apply(set);
        return world.Settle();
    }

    public static CloneSet With(this CloneSet set, Func<CloneSetSpec, CloneSetSpec> change) => set with { Spec = change(set.Spec) };

    public static CloneSet With(this CloneSet set, LifecycleHook? preDelete = null, LifecycleHook? inPlace = null) =>
        set.With(spec => spec with { Lifecycle = new Lifecycle { PreDelete = preDelete, InPlaceUpdate = inPlace } });

    public static CloneSet WithClaim(this CloneSet set, string name = "datadir") => set.With(spec => spec with
    {
        VolumeClaimTemplates = [new V1PersistentVolumeClaim { Metadata = new V1ObjectMeta { Name = name }, Spec = new V1PersistentVolumeClaimSpec() }],
    });

    public static CloneSetSpec WithImage(this CloneSetSpec spec, string image) =>
        spec with { Template = spec.Template!.WithContainer(container => container with { Image = image }) };

    public static void NewImage(this CloneSetWorld world, string image) => world.EditSpec(spec => spec.WithImage(image));

    /// <summary>A change that no pod can take on in place.</summary>
    public static void NewEnvironment(this CloneSetWorld world, string value) => world.EditSpec(spec => spec with
    {
        Template = spec.Template!.WithContainer(container => container with { Env = [new V1EnvVar { Name = "VALUE", Value = value }] }),
    });

    public static void Scale(this CloneSetWorld world, int replicas) => world.EditSpec(spec => spec with { Replicas = replicas });

    public static void Choose(this CloneSetWorld world, params string[] names) =>
        world.EditSpec(spec => spec with { ScaleStrategy = new CloneSetScaleStrategy { PodsToDelete = names } });

    public static LifecycleHook Label(string key) => new() { LabelsHandler = new Dictionary<string, string> { [key] = "true" } };

    public static LifecycleHook Finalizer(string name) => new() { FinalizersHandler = [name] };
}
