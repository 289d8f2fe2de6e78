using k8s;
using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.Admission;

/// <summary>Everything that Kruise does to an object before it is stored: steps in order, each of one kind.</summary>
public static class KruiseAdmission
{
    /// <summary>Every step: those that change objects first.</summary>
    public static IReadOnlyList<AdmissionStep> Steps { get; } =
    [
        new("mpod.kb.io", "/mutate-pod", V1Pod.KubeKind, typeof(V1Pod), IsMutating: true, PodAdmission.Mutate) { OnUpdate = false, LeavesControlPlaneOut = true },
        Mutating<ImagePullJob>(ImagePullJob.KindName, ImagePullAdmission.DefaultJob),
        Mutating<NodeImage>(NodeImage.KindName, ImagePullAdmission.DefaultNodeImage),
        Mutating<SidecarSet>(SidecarSet.KindName, SidecarSetAdmission.Default),
        Mutating<CloneSet>(CloneSet.KindName, CloneSetAdmission.Default),
        Validating<ImagePullJob>(ImagePullJob.KindName, ImagePullAdmission.ValidateJob),
        Validating<NodeImage>(NodeImage.KindName, ImagePullAdmission.ValidateNodeImage),
        Validating<SidecarSet>(SidecarSet.KindName, SidecarSetAdmission.Validate),
        Validating<CloneSet>(CloneSet.KindName, CloneSetAdmission.Validate),
    ];

    /// <summary>The steps that a request goes through, in order.</summary>
    public static IEnumerable<AdmissionStep> StepsFor(AdmissionRequest request) => Steps.Where(step =>
        step.ModelType == request.Object.GetType() && (step.OnUpdate || request.Operation == AdmissionOperation.Create) && step.IsServed(request.Gates));

    /// <summary>Takes a request through all its steps; objects that none is for pass unchanged.</summary>
    /// <exception cref="ArgumentException">An update without the old object.</exception>
    public static AdmissionVerdict Admit(AdmissionRequest request, IAdmissionView view)
    {
        if (request.Operation == AdmissionOperation.Update && request.Old is null)
        {
            throw new ArgumentException("An update has an old object.", nameof(request));
        }

        IKubernetesObject<V1ObjectMeta> sent = request.Object;
        var verdict = AdmissionVerdict.Allow(sent);
        foreach (AdmissionStep step in StepsFor(request))
        {
            AdmissionVerdict next = step.Run(request with { Object = verdict.Object }, view);
            verdict = next with { Events = [.. verdict.Events, .. next.Events] };
            if (!verdict.Allowed)
            {
                return verdict with { Object = sent };
            }
        }

        return verdict;
    }

    private static AdmissionStep Mutating<T>(string kind, Func<AdmissionRequest, T, T> apply)
        where T : class, IKubernetesObject<V1ObjectMeta> => new(
            $"m{Lower(kind)}.kb.io", $"/mutate-apps-kruise-io-v1alpha1-{Lower(kind)}", kind, typeof(T), IsMutating: true,
            (request, _) => AdmissionVerdict.Allow(apply(request, (T)request.Object)));

    private static AdmissionStep Validating<T>(string kind, Func<AdmissionRequest, T, IAdmissionView, AdmissionVerdict> validate)
        where T : class, IKubernetesObject<V1ObjectMeta> => new(
            $"v{Lower(kind)}.kb.io", $"/validate-apps-kruise-io-v1alpha1-{Lower(kind)}", kind, typeof(T), IsMutating: false,
            (request, view) => validate(request, (T)request.Object, view));

    // Names of webhooks and paths are in lower case.
    private static string Lower(string kind) => kind.ToLowerInvariant();
}
