using Kruise.Core.Api;

namespace Kruise.Manifests;

/// <summary>A kind to make a CRD of. Its fields come from the type; here is what the type does not say.</summary>
/// <param name="Type">The record in Core.</param>
/// <param name="Plural">As in URLs.</param>
/// <param name="IsNamespaced">Whether its objects live in namespaces.</param>
/// <param name="Columns">What `kubectl get` prints: header and path of each column; the types and descriptions are the fields' own.</param>
internal sealed record CrdKind(Type Type, string Plural, bool IsNamespaced, IReadOnlyList<(string Header, string Path)> Columns)
{
    /// <summary>Every kind that has a CRD.</summary>
    public static IReadOnlyList<CrdKind> All { get; } =
    [
        new CrdKind(typeof(ImagePullJob), "imagepulljobs", IsNamespaced: true,
        [
            ("TOTAL", ".status.desired"),
            ("ACTIVE", ".status.active"),
            ("SUCCEED", ".status.succeeded"),
            ("FAILED", ".status.failed"),
            ("AGE", ".metadata.creationTimestamp"),
            ("MESSAGE", ".status.message"),
        ]),
        new CrdKind(typeof(NodeImage), "nodeimages", IsNamespaced: false,
        [
            ("DESIRED", ".status.desired"),
            ("PULLING", ".status.pulling"),
            ("SUCCEED", ".status.succeeded"),
            ("FAILED", ".status.failed"),
            ("AGE", ".metadata.creationTimestamp"),
        ]),
        new CrdKind(typeof(CloneSet), "clonesets", IsNamespaced: true,
        [
            ("DESIRED", ".spec.replicas"),
            ("UPDATED", ".status.updatedReplicas"),
            ("UPDATED_READY", ".status.updatedReadyReplicas"),
            ("READY", ".status.readyReplicas"),
            ("TOTAL", ".status.replicas"),
            ("AGE", ".metadata.creationTimestamp"),
        ])
        {
            ShortNames = ["clone"],
            IsScalable = true,
        },
        new CrdKind(typeof(SidecarSet), "sidecarsets", IsNamespaced: false,
        [
            ("MATCHED", ".status.matchedPods"),
            ("UPDATED", ".status.updatedPods"),
            ("READY", ".status.readyPods"),
            ("AGE", ".metadata.creationTimestamp"),
        ]),
    ];

    /// <summary>Short names for kubectl; upstream has none for the first kinds.</summary>
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    /// <summary>Whether `kubectl scale` and autoscalers can set spec.replicas without knowing the kind.</summary>
    public bool IsScalable { get; init; }
}
