using k8s;
using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using CoreOperation = Kruise.Core.Admission.AdmissionOperation;

namespace Kruise.Sim.Cluster;

/// <summary>Hears what became of a write that webhooks were asked about.</summary>
internal interface IAdmittedCallback
{
    void OnDecided(object? state, in ApiResult result);
}

/// <summary>
/// Writes between their arrival at the API server and their commit, while webhooks are asked: those that change objects one after the other, then the others at
/// the same time, each deciding on what there is at the moment of its answer. The checks of the store come at the commit: an update whose object has changed
/// meanwhile begins anew, and is then refused unless it is one that fits any version.
/// </summary>
/// <remarks>
/// Only what takes time comes here. Pods are always asked about by a call. The webhooks of our own kinds answer within what the scenario calls API latency,
/// as long as nothing is wrong with them: calls of their own are made while a fault lasts.
/// </remarks>
internal sealed class WebhookChain(EventLoop loop, ApiServer server, IAdmissionSteps admission, WebhookService webhooks) : IEventTarget
{
    private const int Mutated = 0;
    private const int Validated = 1;
    private const int InternalError = 500;

    private readonly Stack<Passage> _free = new();
    private long _writes;

    /// <summary>Hears of writes and calls; nobody when null.</summary>
    public IAdmissionObserver? Observer { get; init; }

    /// <summary>Begins a write of a plan; false when no webhook takes time, and the server can decide at once.</summary>
    public bool TryBegin(Write write, IAdmittedCallback callback, object? state) => write switch
    {
        Write.Create create => TryBegin(ApiVerb.Create, create.Object, null, callback, state),
        Write.Update update => TryBegin(ApiVerb.Update, update.Object, null, callback, state),
        _ => false,
    };

    /// <summary>Begins a patch; false when no webhook takes time, or when there is nothing to patch.</summary>
    public bool TryBeginPatch<T>(ObjectKey key, Func<T, T> patch, IAdmittedCallback callback, object? state)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        server.Peek<T>(key) is { } stored && TryBegin(ApiVerb.Patch, stored, obj => patch((T)obj), callback, state);

    public void OnEvent(int kind, long argument, object? state)
    {
        var passage = (Passage)state!;
        if (kind == Mutated)
        {
            AdmissionStep step = passage.Steps[passage.Next++];
            if (Judge(passage, step, passage.Outage, loop.Now - passage.CalledAt))
            {
                Continue(passage);
            }

            return;
        }

        Validate(passage);
    }

    private bool TryBegin(
        ApiVerb verb,
        IKubernetesObject<V1ObjectMeta> obj,
        Func<IKubernetesObject<V1ObjectMeta>, IKubernetesObject<V1ObjectMeta>>? patch,
        IAdmittedCallback callback,
        object? state)
    {
        if (obj is not V1Pod && !webhooks.IsDisturbed)
        {
            return false;
        }

        CoreOperation operation = verb == ApiVerb.Create ? CoreOperation.Create : CoreOperation.Update;
        IReadOnlyList<AdmissionStep> steps = admission.StepsFor(obj, operation);
        if (!steps.Any(TakesTime))
        {
            return false;
        }

        Passage passage = _free.TryPop(out Passage? pooled) ? pooled : new Passage();
        passage.Verb = verb;
        passage.Operation = operation;
        passage.Store = server.StoreOf(obj.GetType());
        passage.Sent = obj;
        passage.Patch = patch;
        passage.Steps = steps;
        passage.Callback = callback;
        passage.State = state;
        passage.Write = new AdmittedWrite(++_writes, verb, obj);
        passage.Unanswered = false;
        Observer?.Arrived(passage.Write);
        Open(passage);
        return true;
    }

    private bool TakesTime(AdmissionStep step) => step.IsForPods || webhooks.IsDisturbed;

    // From the server's own checks on; what they refuse, no webhook is asked about.
    private void Open(Passage passage)
    {
        passage.Next = 0;
        passage.Changed = false;
        if (passage.Verb == ApiVerb.Create)
        {
            passage.Old = null;
            if (ApiServer.OpenCreate(passage.Store.Kind, passage.Sent, out IKubernetesObject<V1ObjectMeta> made) is { } wrong)
            {
                Finish(passage, wrong);
                return;
            }

            passage.Object = made;
            Continue(passage);
            return;
        }

        IKubernetesObject<V1ObjectMeta> sent = passage.Sent;
        if (passage.Patch is { } patch)
        {
            if (passage.Store.Get(passage.Store.Kind.KeyOf(sent.Metadata)) is not { } stored)
            {
                Finish(passage, ApiResult.NotFound(passage.Store.Kind, sent.Metadata.Name));
                return;
            }

            sent = patch(stored);
        }

        if (ApiServer.OpenUpdate(passage.Store, sent, status: false, out IKubernetesObject<V1ObjectMeta> old, out IKubernetesObject<V1ObjectMeta> wanted) is { } refusal)
        {
            Finish(passage, refusal);
            return;
        }

        passage.Old = old;
        passage.Object = wanted;
        Continue(passage);
    }

    private void Continue(Passage passage)
    {
        while (passage.Next < passage.Steps.Count && passage.Steps[passage.Next].IsMutating)
        {
            AdmissionStep step = passage.Steps[passage.Next];
            if (TakesTime(step))
            {
                WebhookCall call = webhooks.Call();
                passage.Outage = call.Outage;
                passage.CalledAt = loop.Now;
                loop.ScheduleAfter(call.After, this, Mutated, 0, passage);
                return;
            }

            passage.Next++;
            if (!Judge(passage, step, null, null))
            {
                return;
            }
        }

        passage.Calls.Clear();
        SimTime longest = SimTime.Zero;
        bool takesTime = false;
        for (int i = passage.Next; i < passage.Steps.Count; i++)
        {
            WebhookCall? call = null;
            if (TakesTime(passage.Steps[i]))
            {
                takesTime = true;
                call = webhooks.Call();
                longest = SimTime.Max(longest, call.Value.After);
            }

            passage.Calls.Add(call);
        }

        if (takesTime)
        {
            loop.ScheduleAfter(longest, this, Validated, 0, passage);
            return;
        }

        Validate(passage);
    }

    private void Validate(Passage passage)
    {
        for (int i = 0; i < passage.Calls.Count; i++)
        {
            if (!Judge(passage, passage.Steps[passage.Next + i], passage.Calls[i]?.Outage, passage.Calls[i]?.After))
            {
                return;
            }
        }

        Commit(passage);
    }

    // False when the write has come to its end. Null for what was asked without a call.
    private bool Judge(Passage passage, AdmissionStep step, WebhookOutage? outage, SimTime? took)
    {
        if (outage is { } failed)
        {
            bool passes = step.IsForPods && webhooks.Settings.PodsMayPass;
            Tell(passes ? WebhookCallEnd.Passed : WebhookCallEnd.Failed);
            if (passes)
            {
                passage.Unanswered = true;
                return true;
            }

            Finish(passage, ApiResult.Failure(InternalError, ApiReason.InternalError, webhooks.Failure(step.Webhook, step.Path, failed)));
            return false;
        }

        AdmissionOutcome outcome = admission.Ask(step, passage.Operation, passage.Old, passage.Object);
        Tell(outcome.Object is null ? WebhookCallEnd.Refused : WebhookCallEnd.Allowed);
        if (outcome.Object is null)
        {
            Finish(passage, ApiResult.Failure(outcome.Code, outcome.Reason, outcome.Message ?? "denied by admission"));
            return false;
        }

        passage.Changed |= !ReferenceEquals(passage.Object, outcome.Object);
        passage.Object = outcome.Object;
        return true;

        void Tell(WebhookCallEnd end)
        {
            if (took is { } time)
            {
                Observer?.Called(passage.Write, step, time, end);
            }
        }
    }

    private void Commit(Passage passage)
    {
        KindStore store = passage.Store;
        if (passage.Verb == ApiVerb.Create)
        {
            Observer?.Committing(passage.Write, passage.Unanswered);
            Finish(passage, server.CommitCreate(store, passage.Object, passage.Changed));
        }
        else if (ReferenceEquals(store.Get(store.Kind.KeyOf(passage.Object.Metadata)), passage.Old))
        {
            Observer?.Committing(passage.Write, passage.Unanswered);
            Finish(passage, server.CommitUpdate(store, passage.Old!, passage.Object, status: false, passage.Changed));
        }
        else
        {
            Open(passage);
        }
    }

    private void Finish(Passage passage, in ApiResult result)
    {
        IAdmittedCallback callback = passage.Callback;
        object? state = passage.State;
        server.Observer?.OnRequest(passage.Verb, passage.Store.Kind, result.Code);
        Observer?.Decided(passage.Write, result);
        passage.Release();
        _free.Push(passage);
        callback.OnDecided(state, result);
    }

    private sealed class Passage
    {
        public ApiVerb Verb { get; set; }

        public CoreOperation Operation { get; set; }

        public KindStore Store { get; set; } = null!;

        public IKubernetesObject<V1ObjectMeta> Sent { get; set; } = null!;

        public Func<IKubernetesObject<V1ObjectMeta>, IKubernetesObject<V1ObjectMeta>>? Patch { get; set; }

        public IReadOnlyList<AdmissionStep> Steps { get; set; } = [];

        /// <summary>The step that is asked, or that is asked next.</summary>
        public int Next { get; set; }

        /// <summary>What becomes of the call that is under way.</summary>
        public WebhookOutage? Outage { get; set; }

        /// <summary>When that call was made.</summary>
        public SimTime CalledAt { get; set; }

        /// <summary>The calls that are under way at the same time, from <see cref="Next"/> on; null for a step that takes no time.</summary>
        public List<WebhookCall?> Calls { get; } = [];

        public AdmittedWrite Write { get; set; }

        /// <summary>Whether a webhook did not answer, and the write went on.</summary>
        public bool Unanswered { get; set; }

        public IKubernetesObject<V1ObjectMeta>? Old { get; set; }

        public IKubernetesObject<V1ObjectMeta> Object { get; set; } = null!;

        public bool Changed { get; set; }

        public IAdmittedCallback Callback { get; set; } = null!;

        public object? State { get; set; }

        public void Release()
        {
            Sent = Object = null!;
            Write = default;
            Old = null;
            Patch = null;
            Callback = null!;
            State = null;
        }
    }
}
