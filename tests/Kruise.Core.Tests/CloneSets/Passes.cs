using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.CloneSets;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Core.Revisions;
using Kruise.Core.Tests.Revisions;
using Kruise.Core.Workloads;

namespace Kruise.Core.Tests.CloneSets;

/// <summary>One look at a set and pods made by hand, as upstream's tables have them.</summary>
internal static class Passes
{
    public static readonly DateTime Now = CloneSetWorld.Start;

    public static string OldName => Revision(Sets.Of(1), Templates.Of(), 1).Metadata.Name;

    public static string NewName => Revision(Sets.Of(1), Templates.Of("nginx:2"), 2).Metadata.Name;

    /// <summary>The set at the image nginx:2, with what it controls.</summary>
    public static CloneSetPass Of(CloneSet set, IEnumerable<V1Pod> pods, params V1PersistentVolumeClaim[] claims)
    {
        set = set with { Metadata = set.Metadata with { Uid = "uid-foo", ResourceVersion = "1" }, Spec = set.Spec.WithImage("nginx:2") };
        var cache = new ObjectCache([static () => new CloneSetIndex()]);
        V1ControllerRevision old = Revision(set, Templates.Of(), 1), update = Revision(set, set.Spec.Template!, 2);
        cache.Store(set, out _);
        cache.Store(old, out _);
        cache.Store(update, out _);
        foreach (V1Pod pod in pods)
        {
            cache.Store(pod with { Metadata = Owned(pod.Metadata) }, out _);
        }

        foreach (V1PersistentVolumeClaim claim in claims)
        {
            cache.Store(claim with { Metadata = Owned(claim.Metadata) }, out _);
        }

        var context = new ReconcileContext(Now, FeatureGates.Default, RandomStream.Named(7, "pass"));
        return new CloneSetPass(set, cache.Index<CloneSetIndex>().Of("uid-foo"), update, old, CloneSetOptions.Default, cache, context);
    }

    public static V1Pod Pod(string id, bool isOld = true, bool isReady = true, string phase = "Running", params (string Key, string Value)[] labels) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = "foo-" + id,
            NamespaceProperty = CloneSetWorld.Namespace,
            Uid = "uid-" + id,
            Labels = labels.Concat(
            [
                ("app", "web"), (WorkloadKeys.CloneSetInstanceId, id), (WorkloadKeys.ControllerRevisionHash, isOld ? OldName : NewName),
            ]).ToDictionary(label => label.Item1, label => label.Item2),
        },
        Spec = Templates.Of(isOld ? "nginx:1" : "nginx:2").Spec with
        {
            NodeName = "n1",
            ReadinessGates = [new V1PodReadinessGate { ConditionType = WorkloadKeys.InPlaceUpdateReady }],
        },
        Status = new V1PodStatus
        {
            Phase = phase,
            Conditions = [Condition("Ready", isReady), Condition(WorkloadKeys.InPlaceUpdateReady, true)],
            ContainerStatuses = [new V1ContainerStatus { Name = "c1", Image = "nginx", ImageID = "image-id-xyz" }],
        },
    };

    public static V1PersistentVolumeClaim Claim(string template, string id) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = $"{template}-foo-{id}",
            NamespaceProperty = CloneSetWorld.Namespace,
            Uid = $"uid-{template}-{id}",
            Labels = new Dictionary<string, string> { ["app"] = "web", [WorkloadKeys.CloneSetInstanceId] = id },
        },
    };

    public static IEnumerable<Write> Writes(this CloneSetPass pass) =>
        pass.Groups.SelectMany(group => group.Writes).SelectMany(write => write is Write.Sequence sequence ? sequence.Writes : [write]);

    private static V1PodCondition Condition(string type, bool holds) => new() { Type = type, Status = holds ? "True" : "False", LastTransitionTime = Now.AddMinutes(-10) };

    private static V1ControllerRevision Revision(CloneSet set, V1PodTemplateSpec template, long number)
    {
        CloneSet owner = set with { Metadata = set.Metadata with { Uid = "uid-foo" } };
        return TemplateRevision.Make(owner.Metadata, CloneSetOwner.Reference(owner), template, number, 0);
    }

    private static V1ObjectMeta Owned(V1ObjectMeta metadata) => metadata with
    {
        OwnerReferences = [new V1OwnerReference { ApiVersion = KruiseGroup.V1Alpha1, Kind = CloneSet.KindName, Name = "foo", Uid = "uid-foo", Controller = true }],
    };
}
