using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>The rules that every plan keeps, against what its view shows, counted from nothing.</summary>
internal sealed class SidecarPlanChecks(SidecarSetWorld world, int maxPodsPerPass)
{
    /// <summary>Upgrades seen.</summary>
    public int Upgrades { get; private set; }

    public void Check(Plan plan)
    {
        Write[] writes = [.. plan.Groups.SelectMany(group => group.Writes)];
        Write.Update[] upgrades = [.. writes.OfType<Write.Update>()];
        Upgrades += upgrades.Length;
        Assert.All(writes, write => Assert.True(write is Write.Update or Write.UpdateStatus { Object: SidecarSet } or Write.RecordEvent { Reason: "PodsNotUpgradable" }));
        SidecarSet? stated = writes.OfType<Write.UpdateStatus>().Select(write => (SidecarSet)write.Object).SingleOrDefault();
        SidecarSet[] sets = [.. world.View.List<SidecarSet>()];
        V1Pod[] pods = [.. world.View.List<V1Pod>()];
        if (stated is not null)
        {
            var naive = new NaiveSidecarSet(sets.Single(set => set.Metadata.Name == stated.Metadata.Name), pods);
            Assert.Equal(
                (naive.Matched.Count, naive.Updated.Count, naive.Ready.Count, naive.Updated.Intersect(naive.Ready).Count()),
                (stated.Status.MatchedPods, stated.Status.UpdatedPods, stated.Status.ReadyPods, stated.Status.UpdatedReadyPods));
        }

        if (upgrades.Length > 0)
        {
            string name = upgrades[0].IfFailed!.About.Name;
            CheckUpgrades(sets.Single(set => set.Metadata.Name == name), pods, upgrades);
        }
    }

    private void CheckUpgrades(SidecarSet set, V1Pod[] pods, Write.Update[] upgrades)
    {
        SidecarSetUpdateStrategy strategy = set.Spec.UpdateStrategy;
        Assert.True(strategy is { Paused: false, Type: SidecarSetUpdateStrategy.RollingUpdate });
        Assert.InRange(upgrades.Length, 1, maxPodsPerPass);
        var naive = new NaiveSidecarSet(set, pods);
        V1Pod[] chosen = [.. upgrades.Select(upgrade => (V1Pod)upgrade.From!)];
        Assert.Equal(chosen.Length, chosen.Distinct().Count());
        Assert.Subset(naive.Waiting.ToHashSet(), chosen.ToHashSet());

        // Partition keeps as many as it says of those that could be updated, and what serves is taken out only as far as maxUnavailable goes.
        int kept = Pods(strategy.Partition!, naive.Matched.Count);
        int taken = chosen.Intersect(naive.Ready).Count();
        Assert.InRange(naive.Waiting.Count - chosen.Length, Math.Min(kept, naive.Waiting.Count), int.MaxValue);
        Assert.InRange(taken, 0, Math.Max(0, Pods(strategy.MaxUnavailable!, naive.Matched.Count) - naive.Unavailable));
        foreach (Write.Update upgrade in upgrades)
        {
            CheckPod(set, (V1Pod)upgrade.From!, (V1Pod)upgrade.Object);
        }
    }

    private static void CheckPod(SidecarSet set, V1Pod before, V1Pod after)
    {
        Assert.Equal(before, after with { Metadata = before.Metadata, Spec = before.Spec });
        Assert.Equal(before.Metadata, after.Metadata with { Annotations = before.Metadata.Annotations });
        Assert.Equal(before.Spec, after.Spec with { Containers = before.Spec.Containers });
        Assert.Equal(before.Spec.Containers, after.Spec.Containers.Select((container, i) => container with { Image = before.Spec.Containers[i].Image }));
        Assert.All(after.Spec.Containers, (container, i) => Assert.Equal(
            set.Spec.Containers!.FirstOrDefault(sidecar => sidecar.Name == container.Name)?.Image ?? before.Spec.Containers[i].Image, container.Image));
        string[] kruises = [SidecarSetKeys.Hash, SidecarSetKeys.HashWithoutImage, SidecarSetKeys.InPlaceUpdateState, SidecarSetKeys.InjectedList];
        Assert.Equal(
            before.Metadata.Annotations.Where(a => !kruises.Contains(a.Key)), after.Metadata.Annotations.Where(a => !kruises.Contains(a.Key)));
    }

    private static int Pods(IntOrString value, int matched)
    {
        string text = value.ToString();
        return text.EndsWith('%') ? int.Parse(text[..^1], System.Globalization.CultureInfo.InvariantCulture) * matched / 100
            : int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }
}
