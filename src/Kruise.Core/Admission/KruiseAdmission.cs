using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Features;

namespace Kruise.Core.Admission;

/// <summary>Defaulting and validation of every kind of Kruise behind one entry, as a world's API server calls it.</summary>
public static class KruiseAdmission
{
    private const int Ok = 200;
    private const int BadRequest = 400;
    private const int Forbidden = 403;

    /// <summary>Defaults and judges a write of metadata and spec; kinds that are not Kruise's pass unchanged.</summary>
    /// <param name="operation">What is being done. The rules for images are the same for both operations; nothing is immutable.</param>
    /// <param name="old">The stored object, for an update.</param>
    /// <param name="obj">The object as sent.</param>
    /// <param name="gates">The feature gates in force.</param>
    /// <param name="now">The time, UTC.</param>
    public static AdmissionVerdict Admit(
        AdmissionOperation operation,
        IKubernetesObject<V1ObjectMeta>? old,
        IKubernetesObject<V1ObjectMeta> obj,
        FeatureGates gates,
        DateTime now)
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
            default:
                return new AdmissionVerdict(true, Ok, "", obj);
        }
    }

    private static AdmissionVerdict GatedOff(IKubernetesObject<V1ObjectMeta> obj) =>
        new(false, Forbidden, $"feature gate {nameof(FeatureGates.KruiseDaemon)} is off: {obj.Kind} is not allowed", obj);

    private static AdmissionVerdict Judge(
        IKubernetesObject<V1ObjectMeta> sent, IKubernetesObject<V1ObjectMeta> defaulted, IReadOnlyList<FieldError> errors) =>
        errors.Count == 0
            ? new AdmissionVerdict(true, Ok, "", defaulted)
            : new AdmissionVerdict(false, BadRequest, FieldError.Join(errors), sent) { Errors = errors };
}
