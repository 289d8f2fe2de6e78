using Kruise.Core.Api;

namespace Kruise.Sim.Measures;

/// <summary>Figures of jobs, from their rows, which stand in the order of the jobs.</summary>
internal static class JobResults
{
    public static IReadOnlyList<JobResult> From(
        IReadOnlyList<RunRecorder.JobTrack> jobs, IReadOnlyList<IReadOnlyList<NodeRow>> rows, Func<ImagePullJob, int> parallelismOf)
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
                Warmup = WarmupPercentiles(rows[i]),
                Parallelism = job.Completion is null ? parallelismOf(latest) : job.ParallelismAtEnd,
                NeverCompletes = latest.Spec.CompletionPolicy.Type == CompletionPolicy.Never,
                Message = latest.Status.Message,
            };
        })];
    }

    /// <summary>Nearest-rank percentiles over the rows that succeeded; null when none did.</summary>
    public static Percentiles? WarmupPercentiles(IEnumerable<NodeRow> rows)
    {
        double[] seconds = [.. rows.Where(r => r.Outcome == NodeOutcome.Succeeded).Select(r => r.WarmupSeconds!.Value)];
        if (seconds.Length == 0)
        {
            return null;
        }

        Array.Sort(seconds);
        double At(double quantile) => seconds[Math.Max(0, (int)Math.Ceiling(quantile * seconds.Length) - 1)];
        return new Percentiles(At(0.5), At(0.9), At(0.99), seconds[^1]);
    }
}
