using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster.Events;

namespace Kruise.Live.Cluster;

/// <summary>Carries out plans: sends their writes to the API server in the order and the company that the plan allows.</summary>
/// <param name="client">The controller's own client, with its user agent and limit.</param>
/// <param name="events">Where events go.</param>
/// <param name="parallelWrites">Writes of one group under way at a time, where the plan allows it; at least 1.</param>
internal sealed class PlanWriter(ApiClient client, IEventSink events, int parallelWrites)
{
    /// <summary>Runs a plan to its end; later groups are left out once a write has failed.</summary>
    /// <param name="plan">What to write.</param>
    /// <param name="written">Hears how each write ended, from whichever thread it ended on.</param>
    /// <param name="cancellationToken">Ends the plan; writes under way are given up, and nobody knows whether they succeeded.</param>
    public async Task<PlanResult> ExecuteAsync(Plan plan, Action<WriteOutcome> written, CancellationToken cancellationToken)
    {
        var run = new PlanRun(written);
        foreach (WriteGroup group in plan.Groups)
        {
            PlanOutcome outcome = group.Parallel
                ? await ExecuteParallelAsync(group, run, cancellationToken)
                : await ExecuteInOrderAsync(group.Writes, run, cancellationToken);
            if (outcome != PlanOutcome.Succeeded)
            {
                return new PlanResult(outcome, run.Failure);
            }
        }

        return new PlanResult(PlanOutcome.Succeeded, null);
    }

    private async Task<PlanOutcome> ExecuteInOrderAsync(IReadOnlyList<Write> writes, PlanRun run, CancellationToken cancellationToken)
    {
        foreach (Write write in writes)
        {
            PlanOutcome outcome = await ExecuteMemberAsync(write, run, cancellationToken);
            if (outcome != PlanOutcome.Succeeded)
            {
                return outcome;
            }
        }

        return PlanOutcome.Succeeded;
    }

    private async Task<PlanOutcome> ExecuteParallelAsync(WriteGroup group, PlanRun run, CancellationToken cancellationToken)
    {
        var outcomes = new PlanOutcome[group.Writes.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallelWrites, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, group.Writes.Count, options, async (i, token) => outcomes[i] = await ExecuteMemberAsync(group.Writes[i], run, token));
        return Array.Exists(outcomes, o => o == PlanOutcome.Failed) ? PlanOutcome.Failed
            : Array.Exists(outcomes, o => o == PlanOutcome.Conflict) ? PlanOutcome.Conflict
            : PlanOutcome.Succeeded;
    }

    private async Task<PlanOutcome> ExecuteMemberAsync(Write write, PlanRun run, CancellationToken cancellationToken)
    {
        if (write is Write.Sequence sequence)
        {
            return await ExecuteInOrderAsync(sequence.Writes, run, cancellationToken);
        }

        Write guarded = run.Guard(write);
        try
        {
            long revision = await SendAsync(guarded, cancellationToken);
            return run.Ended(new WriteOutcome(guarded, PlanOutcome.Succeeded, revision, null));
        }
        catch (ApiException e) when (e.IsNotFound && write is Write.Delete)
        {
            return run.Ended(new WriteOutcome(guarded, PlanOutcome.Succeeded, 0, null));
        }
        catch (ApiException e) when (e.IsConflict)
        {
            return run.Ended(new WriteOutcome(guarded, PlanOutcome.Conflict, 0, e.Message));
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            // What the server said is what people know it by; codes and addresses are for the log.
            string description = ApiFailure.Describe(e, client.Connection.BaseUri);
            string said = e is ApiException ? e.Message : description;
            run.Failed(new PlanFailure(write, said));
            if (write.IfFailed is { } told)
            {
                events.Record(told.About, told.Severity, told.Reason, told.Message + said);
            }

            return run.Ended(new WriteOutcome(guarded, PlanOutcome.Failed, 0, description));
        }
    }

    private async Task<long> SendAsync(Write write, CancellationToken cancellationToken)
    {
        switch (write)
        {
            case Write.Create create:
                return ObjectCache.RevisionOf(await client.CreateAsync(create.Object, cancellationToken));
            case Write.Update update when PatchesFrom(update.Object, update.From) is { } from:
                return await PatchAsync(from, update.Object, ofStatus: false, cancellationToken);
            case Write.Update update:
                return ObjectCache.RevisionOf(await client.UpdateAsync(update.Object, cancellationToken));
            case Write.UpdateStatus status when PatchesFrom(status.Object, status.From) is { } from:
                return await PatchAsync(from, status.Object, ofStatus: true, cancellationToken);
            case Write.UpdateStatus status:
                return ObjectCache.RevisionOf(await client.UpdateStatusAsync(status.Object, cancellationToken));
            case Write.Delete delete:
                await client.DeleteAsync(ResourceKind.Of(delete.Kind), delete.Key, delete.Uid, cancellationToken);
                return 0;
            case Write.RecordEvent record:
                events.Record(record.About, record.Severity, record.Reason, record.Message);
                return 0;
            default:
                throw new ArgumentOutOfRangeException(nameof(write), write, "Not a write.");
        }
    }

    /// <summary>What a write is to be compared with; null where it replaces the object.</summary>
    private static IKubernetesObject<V1ObjectMeta>? PatchesFrom(IKubernetesObject<V1ObjectMeta> obj, IKubernetesObject<V1ObjectMeta>? from)
    {
        ResourceKind kind = ResourceKind.Of(obj.GetType());
        if (from is null && kind.IsTrimmed)
        {
            throw new InvalidOperationException($"{kind.Kind} {ObjectKey.Of(obj)} is cached in part: it cannot be replaced, only patched.");
        }

        return from;
    }

    private async Task<long> PatchAsync(IKubernetesObject<V1ObjectMeta> from, IKubernetesObject<V1ObjectMeta> to, bool ofStatus, CancellationToken cancellationToken)
    {
        ResourceKind kind = ResourceKind.Of(to.GetType());
        JsonObject patch = ObjectPatch.Of(from, to, ofStatus);
        return await client.PatchAsync(kind, ObjectKey.Of(to), patch, ofStatus ? "status" : null, cancellationToken);
    }

    /// <summary>What a plan has come to; safe for the writes of a parallel group.</summary>
    private sealed class PlanRun(Action<WriteOutcome> written)
    {
        private readonly Lock _gate = new();
        private readonly PlanRevisions _revisions = new();

        public PlanFailure? Failure { get; private set; }

        public Write Guard(Write write)
        {
            lock (_gate)
            {
                return _revisions.Apply(write);
            }
        }

        public PlanOutcome Ended(WriteOutcome outcome)
        {
            if (outcome is { Outcome: PlanOutcome.Succeeded, Revision: not 0 })
            {
                lock (_gate)
                {
                    _revisions.Written(outcome.Write, outcome.Revision);
                }
            }

            written(outcome);
            return outcome.Outcome;
        }

        public void Failed(PlanFailure failure)
        {
            lock (_gate)
            {
                Failure ??= failure;
            }
        }
    }
}
