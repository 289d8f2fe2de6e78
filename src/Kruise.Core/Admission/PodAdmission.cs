using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;

namespace Kruise.Core.Admission;

/// <summary>Pods that are being made: sidecars are put in.</summary>
internal static class PodAdmission
{
    private const int Unprocessable = 422;

    public static AdmissionVerdict Mutate(AdmissionRequest request, IAdmissionView view)
    {
        var sent = (V1Pod)request.Object;
        V1Pod pod = string.IsNullOrEmpty(sent.Metadata.NamespaceProperty) && request.Namespace.Length > 0
            ? sent with { Metadata = sent.Metadata with { NamespaceProperty = request.Namespace } }
            : sent;
        Injection injection = SidecarInjector.Inject(pod, view.SidecarSets, request.Now);
        AdmissionVerdict verdict = injection.Refusal is { } refusal
            ? AdmissionVerdict.Refuse(sent, Unprocessable, [refusal])
            : AdmissionVerdict.Allow(ReferenceEquals(injection.Pod, pod) ? sent : injection.Pod);
        return verdict with { Events = [.. injection.Conflicts.Select(Event)] };
    }

    private static Write.RecordEvent Event(InjectionConflict conflict) => new(
        new V1ObjectReference { ApiVersion = KruiseGroup.V1Alpha1, Kind = SidecarSet.KindName, Name = conflict.Set.Metadata.Name, Uid = conflict.Set.Metadata.Uid },
        EventSeverity.Warning,
        "SidecarSetConflict",
        conflict.Message);
}
