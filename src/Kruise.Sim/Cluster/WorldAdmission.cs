using k8s;
using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using CoreOperation = Kruise.Core.Admission.AdmissionOperation;

namespace Kruise.Sim.Cluster;

/// <summary>Puts Core's steps of admission behind the API server model, as the webhooks stand behind a real one.</summary>
internal sealed class WorldAdmission(EventLoop loop, FeatureGates gates, ApiServer server) : IAdmission, IAdmissionSteps, IAdmissionView
{
    private readonly Dictionary<(Type Model, CoreOperation Operation), IReadOnlyList<AdmissionStep>> _steps = [];

    /// <summary>
    /// What the webhooks know of SidecarSets: the manager's cache, which is behind the API server by the delay of its watch, so that a pod made right after a set
    /// goes without it. Null for what is stored.
    /// </summary>
    public IClusterView? Cache { get; init; }

    /// <summary>Namespaces with the label <c>control-plane</c>, which no pod webhook is asked about.</summary>
    public IReadOnlySet<string> LeftOut { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Hears of the events that verdicts bring along; nobody when null.</summary>
    public Action<Write.RecordEvent>? Recorded { get; init; }

    public bool HasCluster => true;

    public IReadOnlyList<SidecarSet> SidecarSets =>
        Cache is { } cache ? cache.List<SidecarSet>() : [.. server.StoreOf(typeof(SidecarSet)).List(@namespace: null).Cast<SidecarSet>()];

    /// <summary>The steps that a write of an object goes through, in order.</summary>
    public IReadOnlyList<AdmissionStep> StepsFor(IKubernetesObject<V1ObjectMeta> obj, CoreOperation operation)
    {
        Type model = obj.GetType();
        if (!_steps.TryGetValue((model, operation), out IReadOnlyList<AdmissionStep>? steps))
        {
            _steps.Add((model, operation), steps = [.. KruiseAdmission.StepsFor(new AdmissionRequest(operation, obj, gates, loop.Now.ToDateTime()))]);
        }

        return steps.Count == 0 || LeftOut.Count == 0 || !LeftOut.Contains(obj.Metadata.NamespaceProperty ?? "")
            ? steps
            : [.. steps.Where(step => !step.LeavesControlPlaneOut)];
    }

    /// <summary>Asks one step, now.</summary>
    public AdmissionOutcome Ask(AdmissionStep step, CoreOperation operation, IKubernetesObject<V1ObjectMeta>? old, IKubernetesObject<V1ObjectMeta> obj)
    {
        var request = new AdmissionRequest(operation, obj, gates, loop.Now.ToDateTime()) { Old = old, Namespace = obj.Metadata.NamespaceProperty ?? "" };
        AdmissionVerdict verdict = step.Run(request, this);
        foreach (Write.RecordEvent recorded in verdict.Events)
        {
            Recorded?.Invoke(recorded);
        }

        return verdict.Allowed
            ? AdmissionOutcome.Allow(verdict.Object)
            : AdmissionOutcome.Deny(verdict.Message, verdict.HttpCode, Reason(verdict.HttpCode));
    }

    /// <summary>Asks every step in no time.</summary>
    public AdmissionOutcome Admit(in AdmissionInput input)
    {
        CoreOperation operation = input.Operation == AdmissionOperation.Create ? CoreOperation.Create : CoreOperation.Update;
        IKubernetesObject<V1ObjectMeta> obj = input.Object;
        foreach (AdmissionStep step in StepsFor(obj, operation))
        {
            AdmissionOutcome outcome = Ask(step, operation, input.Old, obj);
            if (outcome.Object is null)
            {
                return outcome;
            }

            obj = outcome.Object;
        }

        return AdmissionOutcome.Allow(obj);
    }

    // The webhook asks the API server itself (docs/parity.md), in time that is not modelled.
    public V1Pod? Pod(ObjectKey key) => server.Peek<V1Pod>(key);

    private static string Reason(int code) => code switch { 403 => ApiReason.Forbidden, 422 => ApiReason.Invalid, _ => ApiReason.BadRequest };
}
