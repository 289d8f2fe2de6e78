using Kruise.Core.Api;

namespace Kruise.Sim.Measures;

/// <summary>Figures of jobs, from their rows, which stand in the order of the jobs.</summary>
internal static class JobResults
{
    public static IReadOnlyList<JobResult> From(IReadOnlyList<JobTrack> jobs, IReadOnlyList<IReadOnlyList<NodeRow>> rows)
    {
        return [.. jobs.Select((job, i) =>
        {
            ImagePullJob latest = job.Latest;
            return new JobResult
            {
                Namespace = latest.Metadata.NamespaceProperty ?? "",
                Name = latest.Metadata.Name,
                Image = latest.Spec.Image,
                Desired = latest.Status.Desired,
                Succeeded = latest.Status.Succeeded,
                Failed = latest.Status.Failed,
                Start = job.Start,
                Completion = job.Completion,
                Warmup = NearestRank.OfWarmups(rows[i]),
                Parallelism = job.Limit,
                NeverCompletes = latest.Spec.CompletionPolicy.Type == CompletionPolicy.Never,
                Message = latest.Status.Message,
            };
        })];
    }
}
