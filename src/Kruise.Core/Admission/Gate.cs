using k8s;
using k8s.Models;

namespace Kruise.Core.Admission;

/// <summary>Kinds that a feature gate forbids.</summary>
internal static class Gate
{
    private const int Forbidden = 403;

    public static AdmissionVerdict Off(IKubernetesObject<V1ObjectMeta> obj, string gate) =>
        new(false, Forbidden, $"feature gate {gate} is off: {obj.Kind} is not allowed", obj);
}
