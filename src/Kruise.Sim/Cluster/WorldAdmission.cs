using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using CoreOperation = Kruise.Core.Admission.AdmissionOperation;

namespace Kruise.Sim.Cluster;

/// <summary>Puts Core's defaulting and validation behind the API server model, as the webhooks do behind a real one.</summary>
internal sealed class WorldAdmission(EventLoop loop, FeatureGates gates, ApiServer server) : IAdmission, IAdmissionView
{
    public bool HasCluster => true;

    public IReadOnlyList<SidecarSet> SidecarSets => [.. server.StoreOf(typeof(SidecarSet)).List(@namespace: null).Cast<SidecarSet>()];

    public AdmissionOutcome Admit(in AdmissionInput input)
    {
        CoreOperation operation = input.Operation == AdmissionOperation.Create ? CoreOperation.Create : CoreOperation.Update;
        var request = new AdmissionRequest(operation, input.Object, gates, loop.Now.ToDateTime())
        {
            Old = input.Old,
            Namespace = input.Object.Metadata.NamespaceProperty ?? "",
        };
        AdmissionVerdict verdict = KruiseAdmission.Admit(request, this);
        return verdict.Allowed
            ? AdmissionOutcome.Allow(verdict.Object)
            : AdmissionOutcome.Deny(verdict.Message, verdict.HttpCode, Reason(verdict.HttpCode));
    }

    // The webhook reads its pods from a cache: no request.
    public V1Pod? Pod(ObjectKey key) => server.Peek<V1Pod>(key);

    private static string Reason(int code) => code switch { 403 => ApiReason.Forbidden, 422 => ApiReason.Invalid, _ => ApiReason.BadRequest };
}
