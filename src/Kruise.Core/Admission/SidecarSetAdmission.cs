using Kruise.Core.Api;
using Kruise.Core.Features;

namespace Kruise.Core.Admission;

/// <summary>SidecarSets. Without the pod webhook nobody would put their containers into pods.</summary>
internal static class SidecarSetAdmission
{
    private const int Unprocessable = 422;

    public static SidecarSet Default(AdmissionRequest request, SidecarSet set) => SidecarSetDefaults.Apply(set);

    public static AdmissionVerdict Validate(AdmissionRequest request, SidecarSet set, IAdmissionView view)
    {
        if (!request.Gates.PodWebhook)
        {
            return Gate.Off(set, nameof(FeatureGates.PodWebhook));
        }

        // What was stored before these rules were may lack their defaults.
        SidecarSet? old = request.Old is SidecarSet stored ? SidecarSetDefaults.Apply(stored) : null;
        set = SidecarSetDefaults.Apply(set);
        IReadOnlyList<FieldError> errors = SidecarSetValidation.Validate(old, set, view.SidecarSets);
        return errors.Count == 0 ? AdmissionVerdict.Allow(set) : AdmissionVerdict.Refuse(set, Unprocessable, errors);
    }
}
