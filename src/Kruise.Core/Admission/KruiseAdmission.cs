using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;

namespace Kruise.Core.Admission;

/// <summary>Defaulting and validation of every kind of Kruise behind one entry, as a world's API server calls it.</summary>
public static class KruiseAdmission
{
    private const int Ok = 200;
    private const int BadRequest = 400;
    private const int Forbidden = 403;
    private const int Unprocessable = 422;

    /// <summary>Defaults and judges a write of metadata and spec; kinds that are not Kruise's pass unchanged.</summary>
    /// <param name="operation">What is being done. The rules for images are the same for both operations; of a CloneSet some fields cannot be changed.</param>
    /// <param name="old">The stored object, for an update.</param>
    /// <param name="obj">The object as sent.</param>
    /// <param name="gates">The feature gates in force.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="pods">
    /// Finds a pod, null when there is none, for the rule about pods that a CloneSet is to delete; without it that rule is not checked, as where a manifest is
    /// judged outside a cluster.
    /// </param>
    public static AdmissionVerdict Admit(
        AdmissionOperation operation,
        IKubernetesObject<V1ObjectMeta>? old,
        IKubernetesObject<V1ObjectMeta> obj,
        FeatureGates gates,
        DateTime now,
        Func<ObjectKey, V1Pod?>? pods = null)
    {
        if (operation == AdmissionOperation.Update && old is null)
        {
            throw new ArgumentNullException(nameof(old), "An update has an old object.");
        }

        switch (obj)
        {
            case ImagePullJob job:
                if (!gates.KruiseDaemon)
                {
                    return GatedOff(obj);
                }

                job = ImagePullJobDefaults.Apply(job);
                return Judge(obj, job, ImagePullJobValidation.Validate(job));
            case NodeImage nodeImage:
                if (!gates.KruiseDaemon)
                {
                    return GatedOff(obj);
                }

                nodeImage = NodeImageDefaults.Apply(nodeImage, now);
                return Judge(obj, nodeImage, NodeImageValidation.Validate(nodeImage));
            case CloneSet set:
                return Judge(set, old as CloneSet, pods);
            default:
                return new AdmissionVerdict(true, Ok, "", obj);
        }
    }

    private static AdmissionVerdict GatedOff(IKubernetesObject<V1ObjectMeta> obj) =>
        new(false, Forbidden, $"feature gate {nameof(FeatureGates.KruiseDaemon)} is off: {obj.Kind} is not allowed", obj);

    private static AdmissionVerdict Judge(CloneSet sent, CloneSet? old, Func<ObjectKey, V1Pod?>? pods)
    {
        CloneSet set = CloneSetDefaults.Apply(sent);
        old = old is null ? null : CloneSetDefaults.Apply(old);
        IReadOnlyList<FieldError> errors = old is null ? CloneSetValidation.Validate(set) : CloneSetValidation.ValidateUpdate(old, set);
        if (pods is not null)
        {
            errors = [.. errors, .. CloneSetValidation.ValidatePodsToDelete(old, set, pods)];
        }

        return Judge(sent, set, errors, Unprocessable);
    }

    private static AdmissionVerdict Judge(
        IKubernetesObject<V1ObjectMeta> sent, IKubernetesObject<V1ObjectMeta> defaulted, IReadOnlyList<FieldError> errors, int code = BadRequest) =>
        errors.Count == 0
            ? new AdmissionVerdict(true, Ok, "", defaulted)
            : new AdmissionVerdict(false, code, FieldError.Join(errors), sent) { Errors = errors };
}
