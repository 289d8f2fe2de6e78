using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Live.Tests.Workloads;

/// <summary>One thing that somebody does where there are SidecarSets, in any world. A set is known to the webhook before the next step.</summary>
public abstract record SidecarStep
{
    private SidecarStep()
    {
    }

    /// <summary>Creates a set for the world's namespace, or is refused.</summary>
    public sealed record CreateSet(string Set, SidecarSetSpec Spec) : SidecarStep;

    /// <summary>Edits a set's spec, or is refused.</summary>
    public sealed record Edit(string Set, string What, Func<SidecarSetSpec, SidecarSetSpec> Change) : SidecarStep;

    /// <summary>Deletes a set.</summary>
    public sealed record DeleteSet(string Set) : SidecarStep;

    /// <summary>Creates so many pods named after one, or is refused.</summary>
    public sealed record CreatePods(int Count, V1Pod Pod) : SidecarStep;

    /// <summary>Deletes a pod and waits until it is gone.</summary>
    public sealed record DeletePod(string Pod) : SidecarStep;

    /// <summary>Waits until so many pods are there and ready.</summary>
    public sealed record AllReady(int Pods) : SidecarStep;

    /// <summary>Waits until a set has seen its spec and counts so many pods, and nothing goes on.</summary>
    public sealed record Counts(string Set, int Matched, int Updated, int Ready, int UpdatedReady) : SidecarStep;
}

/// <summary>A row of the table.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Steps">What is done, in order.</param>
/// <param name="Ends">What there is in the end (<see cref="SidecarState"/>), names and times aside.</param>
public sealed record SidecarCase(string Title, IReadOnlyList<SidecarStep> Steps, string Ends);

/// <summary>A world that the table is run in: a namespace with nothing in it.</summary>
public interface ISidecarWorld : IAsyncDisposable
{
    /// <summary>Does it.</summary>
    ValueTask DoAsync(SidecarStep step);

    /// <summary>What there is, what was refused and what was told.</summary>
    ValueTask<SidecarState> StateAsync();
}
