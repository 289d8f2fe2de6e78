using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Manifests;

namespace Kruise.Sim.Scenarios;

/// <summary>Something that happens at a moment: exactly one of the actions is not null.</summary>
[ExactlyOneOf(
    "apply", "delete", "fault", "addNodes", "removeNodes", "scale", "patch", "setImage", "labelPods", "deletePods", "killPods", "cordon", "drain", "uncordon")]
internal sealed record TimelineEntry
{
    [Field("When, from the start of the run.", Min = 0, Max = 31_536_000)]
    public required SimTime At { get; init; }

    [Field("Kubernetes objects to create or update: a manifest's path relative to this file, an object, or a list of both.")]
    public ApplyAction? Apply { get; init; }

    [Field("An object to delete.")]
    public DeleteAction? Delete { get; init; }

    [Field("Something that breaks, and for how long.")]
    public Fault? Fault { get; init; }

    [Field("Nodes that join a pool.")]
    public ScalePoolAction? AddNodes { get; init; }

    [Field("Nodes that leave a pool, the newest first.")]
    public ScalePoolAction? RemoveNodes { get; init; }

    [Field("A CloneSet that is to have more or fewer pods.")]
    public ScaleAction? Scale { get; init; }

    [Field("A CloneSet or SidecarSet whose spec changes.")]
    public PatchAction? Patch { get; init; }

    [Field("A CloneSet or SidecarSet whose container gets another image.")]
    public SetImageAction? SetImage { get; init; }

    [Field("Pods that get labels, as kubectl label pod does it.")]
    public LabelPodsAction? LabelPods { get; init; }

    [Field("Pods that their CloneSet is to delete: they get the label apps.kruise.io/specified-delete.")]
    public PodsAction? DeletePods { get; init; }

    [Field("Pods that are deleted by hand, as kubectl delete pod does it.")]
    public PodsAction? KillPods { get; init; }

    [Field("Nodes that get no further pods, as kubectl cordon does it.")]
    public NodesAction? Cordon { get; init; }

    [Field("Nodes that get no further pods and lose those that they have, as kubectl drain does it.")]
    public NodesAction? Drain { get; init; }

    [Field("Nodes that were cordoned or drained and may have pods again.")]
    public NodesAction? Uncordon { get; init; }
}

/// <summary>Objects to create or update, in order. They carry no defaults that a cluster's admission would set, except the namespace.</summary>
internal sealed record ApplyAction(IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects);

/// <summary>Kinds that manifests may have and the timeline may delete.</summary>
internal enum ManifestKind
{
    [Word("ImagePullJob", "apps.kruise.io/v1alpha1")]
    ImagePullJob,

    [Word("CloneSet", "apps.kruise.io/v1alpha1")]
    CloneSet,

    [Word("SidecarSet", "apps.kruise.io/v1alpha1")]
    SidecarSet,

    [Word("Secret", "v1")]
    Secret,

    [Word("PersistentVolumeClaim", "v1")]
    PersistentVolumeClaim,
}

internal sealed record DeleteAction
{
    [Field("The object's kind.")]
    public required ManifestKind Kind { get; init; }

    [Field("The object's name.", Format = TextFormat.DnsSubdomain)]
    public required string Name { get; init; }

    [Field("The object's namespace; a SidecarSet has none.", Format = TextFormat.DnsLabel)]
    public string Namespace { get; init; } = "default";

    /// <summary>The object's key.</summary>
    public ObjectKey Key => ManifestRules.Types.First(type => type.Kind == Kind.ToString()).IsNamespaced ? new ObjectKey(Namespace, Name) : ObjectKey.Cluster(Name);
}

internal sealed record ScalePoolAction
{
    [Field("The pool's name.")]
    public required string Pool { get; init; }

    [Field("How many nodes.", Min = 1, Max = 1_000_000)]
    public required int Count { get; init; }
}
