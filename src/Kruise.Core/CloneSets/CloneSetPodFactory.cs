using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Lifecycles;
using Kruise.Core.Revisions;
using Kruise.Core.Workloads;

namespace Kruise.Core.CloneSets;

/// <summary>Makes the pods and claims of a set.</summary>
internal static class CloneSetPodFactory
{
    /// <summary>A pod of an instance id, from the template that a revision remembers.</summary>
    public static V1Pod Pod(CloneSet set, V1ControllerRevision revision, string instanceId, DateTime now)
    {
        V1PodTemplateSpec template = TemplateRevision.TemplateOf(revision) ?? set.Spec.Template ?? new V1PodTemplateSpec();
        Dictionary<string, string> labels = StringMaps.Copy(template.Metadata?.Labels);
        labels[WorkloadKeys.ControllerRevisionHash] = revision.Metadata.Name;
        labels[WorkloadKeys.CloneSetInstanceId] = instanceId;
        V1PodSpec spec = template.Spec ?? new V1PodSpec();
        var pod = new V1Pod
        {
            ApiVersion = V1Pod.KubeApiVersion,
            Kind = V1Pod.KubeKind,
            Metadata = new V1ObjectMeta
            {
                GenerateName = set.Metadata.Name + "-",
                Name = NameOf(set, instanceId),
                NamespaceProperty = set.Metadata.NamespaceProperty,
                Labels = labels,
                Annotations = template.Metadata?.Annotations is { } annotations ? StringMaps.Copy(annotations) : null,
                Finalizers = template.Metadata?.Finalizers is { Count: > 0 } finalizers ? [.. finalizers] : null,
                OwnerReferences = [CloneSetOwner.Reference(set)],
            },
            Spec = spec with { ReadinessGates = WithGate(spec.ReadinessGates), Volumes = Volumes(set, spec.Volumes, instanceId) },
        };
        return LifecycleHooks.WithState(pod, LifecycleState.Normal, now);
    }

    /// <summary>The claims of an instance id, one of each template.</summary>
    public static IEnumerable<V1PersistentVolumeClaim> Claims(CloneSet set, string instanceId)
    {
        foreach (V1PersistentVolumeClaim template in set.Spec.VolumeClaimTemplates ?? [])
        {
            Dictionary<string, string> labels = StringMaps.Copy(template.Metadata?.Labels);
            foreach ((string key, string value) in set.Spec.Selector?.MatchLabels ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                labels[key] = value;
            }

            labels[WorkloadKeys.CloneSetInstanceId] = instanceId;
            yield return new V1PersistentVolumeClaim
            {
                ApiVersion = V1PersistentVolumeClaim.KubeApiVersion,
                Kind = V1PersistentVolumeClaim.KubeKind,
                Metadata = new V1ObjectMeta
                {
                    Name = ClaimName(set, template, instanceId),
                    NamespaceProperty = set.Metadata.NamespaceProperty,
                    Labels = labels,
                    Annotations = template.Metadata?.Annotations is { } annotations ? StringMaps.Copy(annotations) : null,
                    OwnerReferences = [CloneSetOwner.Reference(set)],
                },
                Spec = template.Spec,
            };
        }
    }

    public static string NameOf(CloneSet set, string instanceId) => $"{set.Metadata.Name}-{instanceId}";

    private static string ClaimName(CloneSet set, V1PersistentVolumeClaim template, string instanceId) =>
        $"{template.Metadata.Name}-{NameOf(set, instanceId)}";

    // Every pod can be updated in place later, whatever the strategy says today.
    private static List<V1PodReadinessGate> WithGate(IList<V1PodReadinessGate>? gates) =>
    [
        .. (gates ?? []).Where(gate => gate.ConditionType != WorkloadKeys.InPlaceUpdateReady),
        new V1PodReadinessGate { ConditionType = WorkloadKeys.InPlaceUpdateReady },
    ];

    // A claim takes the place of a volume of its name.
    private static IList<V1Volume>? Volumes(CloneSet set, IList<V1Volume>? volumes, string instanceId)
    {
        if (set.Spec.VolumeClaimTemplates is not { Count: > 0 } templates)
        {
            return volumes;
        }

        return
        [
            .. templates.Select(template => new V1Volume
            {
                Name = template.Metadata.Name,
                PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = ClaimName(set, template, instanceId), ReadOnlyProperty = false },
            }),
            .. (volumes ?? []).Where(volume => templates.All(template => template.Metadata.Name != volume.Name)),
        ];
    }
}
