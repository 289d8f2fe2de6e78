using CsCheck;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Runs;

/// <summary>What holds for every run whatever happens in it, on small scenarios drawn at random.</summary>
public sealed class RunPropertyTests
{
    private const double PayloadShare = 0.9611;

    [Fact]
    public void TheCausesOfARowSumToItsTime() => RandomScene.All.Sample(
        scene =>
        {
            RunResult run = Scene.Run(scene.Spec);
            Assert.All(run.Nodes, row =>
            {
                Assert.All(row.CauseNanoseconds, nanoseconds => Assert.True(nanoseconds >= 0, $"{row}"));
                long sum = row.CauseNanoseconds.Sum();
                if (row.Outcome == NodeOutcome.Unfinished)
                {
                    Assert.True(sum <= (run.VirtualTime - row.Asked).Nanoseconds);
                    return;
                }

                Assert.Equal((row.Reported!.Value - row.Asked).Nanoseconds, sum);
                Assert.True(row.Dispatched >= row.Asked && row.Reported >= row.Dispatched);
                Assert.True(row.Started is null || (row.Started >= row.Dispatched && row.Started <= row.Reported));
                Assert.True(row.Outcome == NodeOutcome.Failed || (row.Attempts > 0 && row.Unpacked <= row.Reported) || row.Downloaded is null);
            });
        },
        iter: 40,
        print: Print);

    [Fact]
    public void ARunEndsWithEveryNodeInABucketAndEveryJobAccountedFor() => RandomScene.All.Sample(
        scene =>
        {
            ScenarioVariant variant = Scene.Load(scene.Spec);
            RunResult run = Scene.Run(variant);
            Assert.True(run.VirtualTime <= variant.Scenario.Spec.Duration);
            var deleted = run.Jobs.Where(j => j.Name == "j0" && scene.Spec.Contains("delete:", StringComparison.Ordinal)).ToHashSet();
            foreach (JobResult job in run.Jobs)
            {
                bool never = variant.Scenario.Spec.Timeline.SelectMany(e => e.Apply?.Objects ?? []).OfType<ImagePullJob>()
                    .First(j => j.Metadata.Name == job.Name).Spec.CompletionPolicy.Type == CompletionPolicy.Never;
                if (job.Completion is not null)
                {
                    Assert.Equal(job.Desired, job.Succeeded + job.Failed);
                }
                else if (!never && !deleted.Contains(job))
                {
                    Assert.Contains(run.Notes, note => note.Contains("default/" + job.Name, StringComparison.Ordinal));
                }

                NodeRow[] rows = [.. run.Nodes.Where(row => row.Job == job.Name)];
                if (scene.IsSettled && job.Completion is not null && job.Message != "job exceeds activeDeadlineSeconds")
                {
                    Assert.Equal(job.Desired, rows.Length);
                    Assert.Equal(job.Succeeded, rows.Count(row => row.Outcome == NodeOutcome.Succeeded));
                    Assert.Equal(job.Failed, rows.Count(row => row.Outcome == NodeOutcome.Failed));
                }
            }

            Assert.All(run.Series.ActiveNodes, active => Assert.True(active >= 0));
            Assert.Equal(run.Nodes.Count(row => row.Outcome == NodeOutcome.Succeeded), run.Series.Succeeded[^1]);
            Assert.Equal(run.Nodes.Count(row => row.Outcome == NodeOutcome.Failed), run.Series.Failed[^1]);
            if (scene.IsSettled && run.Jobs.All(job => job.Completion is not null))
            {
                Assert.Equal(0, run.Series.ActiveNodes[^1]);
            }
        },
        iter: 40,
        print: Print);

    [Fact]
    public void WhatARegistrySentIsWhatNodesFetched() => RandomScene.All.Sample(
        scene =>
        {
            var simulation = new Simulation(Scene.Load(scene.Spec));
            RunResult run = Scene.Run(simulation);
            long fetched = simulation.Recorder.Tasks.Sum(task => task.BytesFetched + (task.SoFar()?.BytesFetched ?? 0));
            double sent = run.Registries.Sum(registry => registry.BytesSent) * PayloadShare;

            // Each layer that is broken off is rounded to whole bytes.
            double rounding = 1 + (4 * 3 * simulation.Recorder.Tasks.Sum(task => task.Attempts)) + (1e-9 * sent);
            Assert.True(Math.Abs(sent - fetched) <= rounding, $"sent {sent}, fetched {fetched}");
            if (scene.IsSettled)
            {
                Assert.True(run.Nodes.Sum(row => row.BytesFetched) <= fetched);
            }
        },
        iter: 40,
        print: Print);

    [Fact]
    public void NoJobExceedsItsParallelismAtAnyMoment() => RandomScene.All.Sample(
        scene =>
        {
            var simulation = new Simulation(Scene.Load(scene.Spec));
            var mostTargets = new Dictionary<string, int>(StringComparer.Ordinal);
            var askers = new HashSet<(string Image, string Uid)>();
            long seen = simulation.Server.Revision;
            while (simulation.Advance(1))
            {
                if (simulation.Server.Revision == seen)
                {
                    continue;
                }

                seen = simulation.Server.Revision;
                NodeImage[] nodes = [.. Stored<NodeImage>(simulation)];
                askers.UnionWith(Stored<ImagePullJob>(simulation).Select(j => (j.Spec.Image, j.Metadata.Uid)));
                foreach (ImagePullJob job in Stored<ImagePullJob>(simulation).Where(j => j.Status.CompletionTime is null))
                {
                    // Another job for the same image puts nodes of this one back to work (trap 6), also after it has let go of them.
                    if (askers.Count(a => a.Image == job.Spec.Image) > 1)
                    {
                        continue;
                    }

                    var selector = new TargetSelector(job.Spec.Selector);
                    int targets = nodes.Count(node => selector.Selects(node.Metadata));
                    mostTargets[job.Metadata.Uid] = Math.Max(targets, mostTargets.GetValueOrDefault(job.Metadata.Uid));
                    Assert.True(Parallelism.TryParse(job.Spec.Parallelism, out Parallelism parallelism));

                    // A share of the targets as they were when the nodes were asked: targets may leave.
                    int limit = parallelism.Of(mostTargets[job.Metadata.Uid]);
                    int active = nodes.Count(node => IsPulledFor(node, job));
                    Assert.True(active <= limit, $"{job.Metadata.Name} works on {active} nodes, {limit} allowed, at {simulation.Now}");
                }
            }
        },
        iter: 15,
        print: Print);

    [Fact]
    public void TheSameSeedGivesTheSameBytesAndAnotherOneAnotherRun() => RandomScene.All.Sample(
        scene =>
        {
            RunResult one = Scene.Run(scene.Spec);
            RunResult two = Scene.Run(scene.Spec);
            Assert.Equal(one.Hash, two.Hash);
            Assert.Equal(Scene.Files(one), Scene.Files(two));
            Assert.NotEqual(one.Hash, Scene.Run(Scene.Load(scene.Spec, seed: 8)).Hash);
        },
        iter: 15,
        print: Print);

    // Of two jobs that share a tag the one that asked last has restarted it: the node is at work for that one.
    private static bool IsPulledFor(NodeImage node, ImagePullJob job)
    {
        foreach ((string name, ImageSpec image) in node.Spec.Images ?? new Dictionary<string, ImageSpec>(StringComparer.Ordinal))
        {
            foreach (ImageTagSpec tag in image.Tags)
            {
                if (tag.OwnerReferences is not { Count: > 0 } owners || owners[^1].Uid != job.Metadata.Uid)
                {
                    continue;
                }

                ImageTagStatus? status = node.Status.ImageStatuses?.GetValueOrDefault(name)?.Tags.FirstOrDefault(t => t.Tag == tag.Tag);
                return status?.Version != tag.Version || status.Phase is not (ImagePullPhase.Succeeded or ImagePullPhase.Failed);
            }
        }

        return false;
    }

    private static IEnumerable<T> Stored<T>(Simulation simulation) => simulation.Server.StoreOf(typeof(T)).List(@namespace: null).Cast<T>();

    private static string Print(RandomScene scene) => "\n" + scene.Spec;
}
