using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.Tests.Api;

/// <summary>CloneSets for tests of admission.</summary>
internal static class SampleSets
{
    public const string Uid = "uid-of-the-set";

    public static CloneSet Of(CloneSetUpdateStrategy? strategy = null, V1PodSpec? pod = null, params string[] podsToDelete) => new()
    {
        Metadata = new V1ObjectMeta { Name = "set", NamespaceProperty = "default", Uid = Uid },
        Spec = new CloneSetSpec
        {
            Replicas = 5,
            Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["a"] = "b" } },
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["a"] = "b" } },
                Spec = pod ?? new V1PodSpec { Containers = [Container()] },
            },
            UpdateStrategy = strategy ?? new CloneSetUpdateStrategy(),
            ScaleStrategy = new CloneSetScaleStrategy { PodsToDelete = podsToDelete.Length == 0 ? null : podsToDelete },
        },
    };

    public static V1Container Container(string name = "main", string image = "image") => new() { Name = name, Image = image };

    public static CloneSet With(this CloneSet set, Func<CloneSetSpec, CloneSetSpec> change) => set with { Spec = change(set.Spec) };

    public static CloneSet WithPod(this CloneSet set, Func<V1PodSpec, V1PodSpec> change) =>
        set.With(spec => spec with { Template = spec.Template! with { Spec = change(spec.Template.Spec) } });

    public static CloneSet WithContainer(this CloneSet set, Func<V1Container, V1Container> change) =>
        set.WithPod(pod => pod with { Containers = [change(pod.Containers[0]), .. pod.Containers.Skip(1)] });

    public static CloneSet WithStrategy(this CloneSet set, Func<CloneSetUpdateStrategy, CloneSetUpdateStrategy> change) =>
        set.With(spec => spec with { UpdateStrategy = change(spec.UpdateStrategy) });

    public static CloneSet WithPodsToDelete(this CloneSet set, params string[] names) =>
        set.With(spec => spec with { ScaleStrategy = spec.ScaleStrategy with { PodsToDelete = names } });

    public static V1Pod Pod(string name, string? owner = Uid, bool terminating = false) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            NamespaceProperty = "default",
            DeletionTimestamp = terminating ? new DateTime(2021, 3, 4, 5, 6, 7, DateTimeKind.Utc) : null,
            OwnerReferences = owner is null ? null : [new V1OwnerReference { Kind = "CloneSet", Name = "other", Uid = owner, Controller = true }],
        },
    };
}
