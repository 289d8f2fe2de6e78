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
    public async Task<PlanOutcome> ExecuteAsync(Plan plan, Action<WriteOutcome> written, CancellationToken cancellationToken)
    {
        foreach (WriteGroup group in plan.Groups)
        {
            PlanOutcome outcome = group.Parallel
                ? await ExecuteParallelAsync(group, written, cancellationToken)
                : await ExecuteInOrderAsync(group, written, cancellationToken);
            if (outcome != PlanOutcome.Succeeded)
            {
                return outcome;
            }
        }

        return PlanOutcome.Succeeded;
    }

    private async Task<PlanOutcome> ExecuteInOrderAsync(WriteGroup group, Action<WriteOutcome> written, CancellationToken cancellationToken)
    {
        foreach (Write write in group.Writes)
        {
            WriteOutcome outcome = await ExecuteAsync(write, cancellationToken);
            written(outcome);
            if (outcome.Outcome != PlanOutcome.Succeeded)
            {
                return outcome.Outcome;
            }
        }

        return PlanOutcome.Succeeded;
    }

    private async Task<PlanOutcome> ExecuteParallelAsync(WriteGroup group, Action<WriteOutcome> written, CancellationToken cancellationToken)
    {
        var outcomes = new PlanOutcome[group.Writes.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallelWrites, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, group.Writes.Count, options, async (i, token) =>
        {
            WriteOutcome outcome = await ExecuteAsync(group.Writes[i], token);
            written(outcome);
            outcomes[i] = outcome.Outcome;
        });
        return Array.Exists(outcomes, o => o == PlanOutcome.Failed) ? PlanOutcome.Failed
            : Array.Exists(outcomes, o => o == PlanOutcome.Conflict) ? PlanOutcome.Conflict
            : PlanOutcome.Succeeded;
    }

    private async Task<WriteOutcome> ExecuteAsync(Write write, CancellationToken cancellationToken)
    {
        try
        {
            return new WriteOutcome(write, PlanOutcome.Succeeded, await SendAsync(write, cancellationToken), null);
        }
        catch (ApiException e) when (e.IsNotFound && write is Write.Delete)
        {
            return new WriteOutcome(write, PlanOutcome.Succeeded, 0, null);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            return new WriteOutcome(write, PlanOutcome.Conflict, 0, e.Message);
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            return new WriteOutcome(write, PlanOutcome.Failed, 0, ApiFailure.Describe(e, client.Connection.BaseUri));
        }
    }

    private async Task<long> SendAsync(Write write, CancellationToken cancellationToken)
    {
        switch (write)
        {
            case Write.Create create:
                return ObjectCache.RevisionOf(await client.CreateAsync(create.Object, cancellationToken));
            case Write.Update update:
                return ObjectCache.RevisionOf(await client.UpdateAsync(update.Object, cancellationToken));
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
}
