using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Workloads;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>
/// What it takes to get pods past their webhook. A pod is asked for when its first request reaches the API server; where that is refused because the webhook did not
/// answer or said no, the owner's later requests continue the oldest of its refused ones (controllers draw a new name each time). Controllers ask for a few pods first and,
/// when these are refused, for none of the others until they try again: from the first refusal to the first success their owner is held up.
/// </summary>
internal sealed class AdmissionRecorder(EventLoop loop) : IAdmissionObserver
{
    private readonly Dictionary<long, Request> _requests = [];
    private readonly Dictionary<string, PriorityQueue<SimTime, SimTime>> _refused = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HoldUp> _heldUp = new(StringComparer.Ordinal);
    private readonly List<double> _calls = [];
    private readonly List<double> _waits = [];
    private readonly int[] _ends = new int[Enum.GetValues<WebhookCallEnd>().Length];
    private Request? _committing;

    /// <summary>While a pod is being stored that webhooks were called for: when it was first asked for.</summary>
    public SimTime? Requested => _committing?.Since;

    /// <summary>Whether the pod that is being stored goes without the answer of its webhook.</summary>
    public bool IsUnanswered => _committing is { Unanswered: true };

    public void Arrived(in AdmittedWrite write)
    {
        if (write is { Verb: ApiVerb.Create, Object: V1Pod pod })
        {
            string owner = PodState.ControllerOf(pod.Metadata)?.Uid ?? "";
            SimTime since = owner.Length > 0 && _refused.TryGetValue(owner, out PriorityQueue<SimTime, SimTime>? waiting) && waiting.TryDequeue(out SimTime first, out _) ? first : loop.Now;
            _requests.Add(write.Number, new Request(owner, since));
        }
    }

    public void Called(in AdmittedWrite write, AdmissionStep step, SimTime took, WebhookCallEnd end)
    {
        if (step.IsForPods && _requests.TryGetValue(write.Number, out Request? request))
        {
            _calls.Add(took.Seconds);
            _ends[(int)end]++;
            request.Refused |= end is WebhookCallEnd.Failed or WebhookCallEnd.Refused;
        }
    }

    public void Committing(in AdmittedWrite write, bool unanswered)
    {
        if (_requests.TryGetValue(write.Number, out _committing))
        {
            _committing.Unanswered = unanswered;
        }
    }

    public void Decided(in AdmittedWrite write, in ApiResult result)
    {
        _committing = null;
        if (!_requests.Remove(write.Number, out Request? request))
        {
            return;
        }

        HoldUp? heldUp = LastHoldUp(request.Owner);
        if (result.Succeeded)
        {
            _waits.Add((loop.Now - request.Since).Seconds);
            if (heldUp is { To: null })
            {
                _heldUp[request.Owner] = heldUp.Value with { To = loop.Now };
            }
        }
        else if (request.Refused && request.Owner.Length > 0)
        {
            if (heldUp is not { To: null })
            {
                _heldUp[request.Owner] = new HoldUp(request.Since, null);
            }

            if (!_refused.TryGetValue(request.Owner, out PriorityQueue<SimTime, SimTime>? waiting))
            {
                _refused.Add(request.Owner, waiting = new PriorityQueue<SimTime, SimTime>());
            }

            waiting.Enqueue(request.Since, request.Since);
        }
    }

    /// <summary>When those of an owner's pods were asked for that are not stored: they were refused, or their webhook is being called.</summary>
    public IEnumerable<SimTime> Waiting(string owner) =>
        _requests.Values.Where(request => request.Owner == owner).Select(request => request.Since)
            .Concat(_refused.TryGetValue(owner, out PriorityQueue<SimTime, SimTime>? refused) ? refused.UnorderedItems.Select(item => item.Element) : [])
            .Order();

    /// <summary>The last time for which an owner was held up; null when it never was.</summary>
    public HoldUp? LastHoldUp(string owner) => _heldUp.TryGetValue(owner, out HoldUp heldUp) ? heldUp : null;

    /// <summary>The owner asks for no more pods.</summary>
    public void Forget(string owner)
    {
        _refused.Remove(owner);
        _heldUp.Remove(owner);
    }

    /// <summary>What was measured; null when no webhook was called for a pod.</summary>
    public AdmissionResult? BuildResult() => _calls.Count == 0
        ? null
        : new AdmissionResult
        {
            Calls = _calls.Count,
            Call = NearestRank.Of([.. _calls])!,
            Refused = _ends[(int)WebhookCallEnd.Refused],
            Failed = _ends[(int)WebhookCallEnd.Failed],
            Passed = _ends[(int)WebhookCallEnd.Passed],
            Wait = NearestRank.Of([.. _waits]),
        };

    /// <summary>From the first refused request to the first pod that was stored after it; null when none was.</summary>
    public readonly record struct HoldUp(SimTime From, SimTime? To);

    private sealed class Request(string owner, SimTime since)
    {
        public string Owner { get; } = owner;

        public SimTime Since { get; } = since;

        public bool Unanswered { get; set; }

        public bool Refused { get; set; }
    }
}
