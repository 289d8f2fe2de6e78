using k8s.Models;
using Kruise.Core.Features;

namespace Kruise.Core.Admission;

/// <summary>
/// One step of the pipeline: a pure function from a request and a view to a verdict. A world calls each as a webhook of its own; the list of them is the list of
/// webhooks (inventory §4.1).
/// </summary>
/// <param name="Webhook">Its name in the webhook configuration.</param>
/// <param name="Path">The path that it is served at.</param>
/// <param name="Kind">The kind that it takes, as manifests write it.</param>
/// <param name="ModelType">The model of the kind.</param>
/// <param name="IsMutating">Whether it may change the object. All that may are called before any that may not.</param>
/// <param name="Run">The step.</param>
public sealed record AdmissionStep(
    string Webhook, string Path, string Kind, Type ModelType, bool IsMutating, Func<AdmissionRequest, IAdmissionView, AdmissionVerdict> Run)
{
    /// <summary>Whether it is called when an object is replaced, and not only when it is made.</summary>
    public bool OnUpdate { get; init; } = true;

    /// <summary>Whether namespaces with the label <c>control-plane</c> are left out.</summary>
    public bool LeavesControlPlaneOut { get; init; }

    /// <summary>The pod step alone may be set to let objects pass when the webhook does not answer; all others refuse then.</summary>
    public bool IsForPods => ModelType == typeof(V1Pod);

    /// <summary>Whether it is there at all with these gates.</summary>
    public bool IsServed(FeatureGates gates) => !IsForPods || gates.PodWebhook;
}
