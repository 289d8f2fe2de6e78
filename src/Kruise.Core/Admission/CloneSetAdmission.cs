using Kruise.Core.Api;

namespace Kruise.Core.Admission;

/// <summary>CloneSets. Of a stored one some fields cannot be changed, and what it newly lists for deletion must be its own.</summary>
internal static class CloneSetAdmission
{
    private const int Unprocessable = 422;

    public static CloneSet Default(AdmissionRequest request, CloneSet set) => CloneSetDefaults.Apply(set);

    public static AdmissionVerdict Validate(AdmissionRequest request, CloneSet set, IAdmissionView view)
    {
        // What was stored before these rules were may lack their defaults.
        CloneSet? old = request.Old is CloneSet stored ? CloneSetDefaults.Apply(stored) : null;
        set = CloneSetDefaults.Apply(set);
        IReadOnlyList<FieldError> errors = old is null ? CloneSetValidation.Validate(set) : CloneSetValidation.ValidateUpdate(old, set);
        if (view.HasCluster)
        {
            errors = [.. errors, .. CloneSetValidation.ValidatePodsToDelete(old, set, view.Pod)];
        }

        return errors.Count == 0 ? AdmissionVerdict.Allow(set) : AdmissionVerdict.Refuse(set, Unprocessable, errors);
    }
}
