using System.Globalization;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Kruise.Sim.Measures;

namespace Kruise.Sim;

// When a run is over, and what is said of it when it was not.
internal sealed partial class Simulation
{
    // Only its controller knows whether a SidecarSet is through: what may be updated depends on selectors and on hashes.
    private bool SidecarSetsAreSettled => _server.CountOf<SidecarSet>() == 0
        || (_sidecars.IsAtRest
            && _manager.IsCaughtUp(_sidecarKinds)
            && _server.StoreOf(typeof(SidecarSet)).List(@namespace: null).Cast<SidecarSet>().All(set =>
                set.Status.ObservedGeneration == (set.Metadata.Generation ?? 0) && set.Status.ReadyPods == set.Status.MatchedPods));

    private void CheckSidecars()
    {
        if (_server.CountOf<SidecarSet>() > 0)
        {
            CheckFinished();
        }
    }

    private void CheckFinished()
    {
        // What costs a look at every node comes last.
        if (_timelineLeft > 0 || _timeline.UnderWay > 0 || !_rollouts.IsSettled || !SidecarSetsAreSettled)
        {
            return;
        }

        foreach (JobTrack job in _recorder.Jobs)
        {
            ImagePullJobStatus status = job.Latest.Status;
            if (job.IsGone || job.Completion is not null)
            {
                continue;
            }

            // A job that never completes is as good as done when all its nodes are, and no node is still on its way into the cluster.
            if (job.Latest.Spec.CompletionPolicy.Type != CompletionPolicy.Never
                || status.StartTime is null
                || status.Succeeded + status.Failed != status.Desired
                || !_nodes.NodeImagesAreThere
                || Targets(job.Latest).Count() != status.Desired
                || !Targets(job.Latest).All(node => _recorder.HasOutcome(job, node)))
            {
                return;
            }
        }

        _finished = true;
    }

    private void NoteUnfinished()
    {
        NoteUnfinishedJobs();
        _notes.AddRange(_rollouts.Unfinished());
        NoteUnfinishedSidecarSets();
        _notes.AddRange(_timeline.Unanswered.Select(action => $"{action} had not been answered when the scenario's duration was over"));
    }

    private void NoteUnfinishedJobs()
    {
        foreach (JobTrack job in _recorder.Jobs)
        {
            if (job.Completion is null && !job.IsGone && job.Latest.Spec.CompletionPolicy.Type != CompletionPolicy.Never)
            {
                ImagePullJobStatus status = job.Latest.Status;
                _notes.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"job {ObjectKey.Of(job.Latest)} had not finished when the scenario's duration was over: {status.Succeeded} succeeded, {status.Failed} failed of {status.Desired}"));
            }
        }
    }

    private void NoteUnfinishedSidecarSets()
    {
        foreach (SidecarSet set in _server.StoreOf(typeof(SidecarSet)).List(@namespace: null).Cast<SidecarSet>())
        {
            SidecarSetStatus status = set.Status;
            if (status.ReadyPods != status.MatchedPods)
            {
                _notes.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"SidecarSet {set.Metadata.Name} had not settled when the scenario's duration was over: {status.UpdatedPods} of {status.MatchedPods} pods updated, {status.ReadyPods} ready"));
            }
        }
    }

    private void NoteWhatAskedNothing()
    {
        if (_recorder.Jobs.Count == 0 && _rollouts.Sets.Count == 0)
        {
            _notes.Add("no ImagePullJob was applied, so no node was asked for an image");
        }

        foreach (JobTrack job in _recorder.Jobs)
        {
            if (job.Completion is null
                && !job.IsGone
                && Parallelism.TryParse(job.Latest.Spec.Parallelism, out Parallelism parallelism)
                && parallelism.Amount == 0)
            {
                _notes.Add($"job {ObjectKey.Of(job.Latest)} was paused at the end: its parallelism is 0");
            }
        }
    }
}
