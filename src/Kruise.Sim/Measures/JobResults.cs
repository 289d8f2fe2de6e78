using Kruise.Core.Api;

namespace Kruise.Sim.Measures;

/// <summary>Figures of jobs, from their rows.</summary>
internal static class JobResults
{
    public static IReadOnlyList<JobResult> From(
        IReadOnlyList<RunRecorder.JobTrack> jobs, IReadOnlyList<NodeRow> rows, Func<ImagePullJob, int> parallelismOf)
    {
        ILookup<(string, string), NodeRow> byJob = rows.ToLookup(r => (r.JobNamespace, r.Job));
        return [.. jobs.Select(job =>
        {
            ImagePullJob latest = job.Latest;
            string @namespace = latest.Metadata.NamespaceProperty ?? "";
            IEnumerable<NodeRow> own = byJob[(@namespace, latest.Metadata.Name)];
            return new JobResult
            {
                Namespace = @namespace,
                Name = latest.Metadata.Name,
                Image = latest.Spec.Image,
                Desired = latest.Status.Desired,
                Succeeded = latest.Status.Succeeded,
                Failed = latest.Status.Failed,
                Start = job.Start,
                Completion = job.Completion,
                Warmup = NearestRank.OfWarmups(own),
                Parallelism = job.Completion is null ? parallelismOf(latest) : job.ParallelismAtEnd,
                Message = latest.Status.Message,
            };
        })];
    }
}
