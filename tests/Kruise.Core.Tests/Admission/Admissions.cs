using k8s;
using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;

namespace Kruise.Core.Tests.Admission;

/// <summary>Requests to the pipeline in one line.</summary>
internal static class Admissions
{
    public static AdmissionVerdict Create(IKubernetesObject<V1ObjectMeta> obj, DateTime now, FeatureGates? gates = null, IAdmissionView? view = null) =>
        KruiseAdmission.Admit(
            new AdmissionRequest(AdmissionOperation.Create, obj, gates ?? FeatureGates.Default, now) { Namespace = obj.Metadata?.NamespaceProperty ?? "" },
            view ?? NoCluster.Instance);

    public static AdmissionVerdict Update(
        IKubernetesObject<V1ObjectMeta> old, IKubernetesObject<V1ObjectMeta> obj, DateTime now, FeatureGates? gates = null, IAdmissionView? view = null) =>
        KruiseAdmission.Admit(
            new AdmissionRequest(AdmissionOperation.Update, obj, gates ?? FeatureGates.Default, now) { Old = old, Namespace = obj.Metadata?.NamespaceProperty ?? "" },
            view ?? NoCluster.Instance);
}

/// <summary>A cluster of some pods and sets.</summary>
internal sealed class SmallView(Func<ObjectKey, V1Pod?>? pods = null, params IReadOnlyList<SidecarSet> sets) : IAdmissionView
{
    public bool HasCluster => true;

    public IReadOnlyList<SidecarSet> SidecarSets => sets;

    public V1Pod? Pod(ObjectKey key) => pods?.Invoke(key);
}
