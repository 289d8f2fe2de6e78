using Kruise.Core.ImagePull.Puller;

namespace Kruise.Core.ImagePull;

/// <summary>The limits, workers and waits of image warm-up, the same for every world that runs it.</summary>
public sealed record ImagePullTiming
{
    /// <summary>
    /// Ours. The client's limit leaves the protection of the server to API Priority and Fairness, as controllers of Kubernetes 1.29 and later do, without
    /// lifting it.
    /// </summary>
    public static ImagePullTiming Default { get; } = new();

    /// <summary>v0.8.0's: 30 requests a second with a burst of 50, one write after another, 3 workers, and a daemon that polls.</summary>
    public static ImagePullTiming OpenKruise08 { get; } = new()
    {
        ClientQps = 30,
        ClientBurst = 50,
        ParallelWrites = 1,
        NodeImageWorkers = 3,
        ImagePullJob = ImagePullJobOptions.OpenKruise08,
        NodeImage = NodeImageOptions.OpenKruise08,
        Puller = PullerOptions.OpenKruise08,
    };

    /// <summary>Requests per second of each controller's client in the long run: client-go gives each its own limiter.</summary>
    public double ClientQps { get; init; } = 100;

    /// <summary>Requests at once of each controller's client.</summary>
    public int ClientBurst { get; init; } = 200;

    /// <summary>Writes of one plan under way at a time, where the plan allows it.</summary>
    public int ParallelWrites { get; init; } = 16;

    /// <summary>ImagePullJobs worked on at a time.</summary>
    public int ImagePullJobWorkers { get; init; } = 3;

    /// <summary>NodeImages worked on at a time.</summary>
    public int NodeImageWorkers { get; init; } = 10;

    /// <summary>The job controller's constants.</summary>
    public ImagePullJobOptions ImagePullJob { get; init; } = ImagePullJobOptions.Default;

    /// <summary>The NodeImage controller's constants.</summary>
    public NodeImageOptions NodeImage { get; init; } = NodeImageOptions.Default;

    /// <summary>The limits and timings of a node's puller.</summary>
    public PullerOptions Puller { get; init; } = PullerOptions.Default;
}
