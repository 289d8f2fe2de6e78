using Kruise.Core.Admission;
using Kruise.Core.Features;

namespace Kruise.Live.Webhooks.Admission;

/// <summary>The paths of the server: one for each step of Core's pipeline that the gates leave in it.</summary>
internal static class AdmissionPaths
{
    /// <summary>The step of a path, whether or not it is served with the gates of this process; null for a path that is not ours.</summary>
    public static AdmissionStep? Find(string? path) => KruiseAdmission.Steps.FirstOrDefault(step => step.Path == path);

    /// <summary>The step that answers at a path; null when none does.</summary>
    public static AdmissionStep? FindServed(string? path, FeatureGates gates) => Find(path) is { } step && step.IsServed(gates) ? step : null;
}
