using Kruise.Core.Api;

namespace Kruise.Live.Tests.Workloads;

/// <summary>One thing that somebody does to a CloneSet, in any world. After each step the world waits until the set has settled.</summary>
public abstract record WorkloadStep
{
    private WorkloadStep()
    {
    }

    /// <summary>Creates the set.</summary>
    public sealed record Create(CloneSetSpec Spec) : WorkloadStep;

    /// <summary>Writes the scale subresource.</summary>
    public sealed record Scale(int Replicas) : WorkloadStep;

    /// <summary>Replaces the image of a container of the template.</summary>
    public sealed record SetImage(string Container, string Image) : WorkloadStep;

    /// <summary>Any other edit of the spec.</summary>
    public sealed record Edit(string What, Func<CloneSetSpec, CloneSetSpec> Change) : WorkloadStep;

    /// <summary>Deletes a pod: the set's n-th by name.</summary>
    public sealed record DeletePod(int Index) : WorkloadStep;

    /// <summary>Labels a pod as one to be deleted: the set's n-th by name.</summary>
    public sealed record MarkPod(int Index) : WorkloadStep;

    /// <summary>Names a pod in podsToDelete, the set's n-th by name, and sets the number of replicas.</summary>
    public sealed record NamePod(int Index, int Replicas) : WorkloadStep;
}

/// <summary>A row of the table.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Steps">What is done, in order.</param>
/// <param name="Ends">The objects that there are in the end (<see cref="WorkloadState"/>), names and times aside.</param>
public sealed record WorkloadCase(string Title, IReadOnlyList<WorkloadStep> Steps, string Ends);

/// <summary>A world that the table is run in: it has nothing but the set, whose name and namespace are its own business.</summary>
public interface IWorkloadWorld : IAsyncDisposable
{
    /// <summary>Does it and waits until the set has settled: pods at the template and ready as far as the partition lets them, and nothing going on.</summary>
    ValueTask DoAsync(WorkloadStep step);

    /// <summary>What there is.</summary>
    ValueTask<WorkloadState> StateAsync();
}
