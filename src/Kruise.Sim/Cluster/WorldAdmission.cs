using Kruise.Core.Admission;
using Kruise.Core.Features;
using Kruise.Sim.Engine;
using CoreOperation = Kruise.Core.Admission.AdmissionOperation;

namespace Kruise.Sim.Cluster;

/// <summary>Puts Core's defaulting and validation behind the API server model, as the webhooks do behind a real one.</summary>
internal sealed class WorldAdmission(EventLoop loop, FeatureGates gates) : IAdmission
{
    public AdmissionOutcome Admit(in AdmissionInput input)
    {
        CoreOperation operation = input.Operation == AdmissionOperation.Create ? CoreOperation.Create : CoreOperation.Update;
        AdmissionVerdict verdict = KruiseAdmission.Admit(operation, input.Old, input.Object, gates, loop.Now.ToDateTime());
        return verdict.Allowed
            ? AdmissionOutcome.Allow(verdict.Object)
            : AdmissionOutcome.Deny(verdict.Message, verdict.HttpCode, verdict.HttpCode == 403 ? ApiReason.Forbidden : ApiReason.BadRequest);
    }
}
