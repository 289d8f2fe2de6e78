using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Features;

namespace Kruise.Core.Admission;

/// <summary>Jobs and node images. Without daemons nobody would do what they ask.</summary>
internal static class ImagePullAdmission
{
    private const int BadRequest = 400;

    public static ImagePullJob DefaultJob(AdmissionRequest request, ImagePullJob job) => ImagePullJobDefaults.Apply(job);

    public static NodeImage DefaultNodeImage(AdmissionRequest request, NodeImage nodeImage) => NodeImageDefaults.Apply(nodeImage, request.Now);

    public static AdmissionVerdict ValidateJob(AdmissionRequest request, ImagePullJob job, IAdmissionView view) =>
        Judge(request, job, ImagePullJobValidation.Validate);

    public static AdmissionVerdict ValidateNodeImage(AdmissionRequest request, NodeImage nodeImage, IAdmissionView view) =>
        Judge(request, nodeImage, NodeImageValidation.Validate);

    private static AdmissionVerdict Judge<T>(AdmissionRequest request, T obj, Func<T, IReadOnlyList<FieldError>> validate)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        if (!request.Gates.KruiseDaemon)
        {
            return Gate.Off(obj, nameof(FeatureGates.KruiseDaemon));
        }

        return validate(obj) is { Count: > 0 } errors ? AdmissionVerdict.Refuse(obj, BadRequest, errors) : AdmissionVerdict.Allow(obj);
    }
}
