using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Workloads;

/// <summary>
/// The care of a node's image file system, by kubelet's image garbage collection (pkg/kubelet/images/image_gc_manager.go) and its eviction manager
/// (pkg/kubelet/eviction).
/// </summary>
/// <remarks>
/// <para>Let C be the capacity and u the bytes of contents and unpacked layers. At every look of garbage collection with u at or above high · C, unused
/// images older than
/// the minimum age go, least recently used first (those never used, such as warmed ones, before all others), until u is at or below low · C.</para>
/// <para>At every look of the eviction manager with C - u below its threshold, the node is under disk pressure: all unused images that are old enough go,
/// and if that does
/// not help one pod, by lowest priority and then latest start. Its thresholds are by default as high as those of garbage collection, and it looks 30 times
/// as often, so it
/// usually comes first.</para>
/// <para>Both look only while there is something to do: costs nothing on nodes without a limit or below it.</para>
/// </remarks>
internal sealed class ImageGarbage(Kubelet kubelet) : IEventTarget
{
    private const int Collect = 0;
    private const int Evict = 1;
    private const int PressureOver = 2;

    /// <summary>Of an image that was there before the run.</summary>
    private static readonly Known LongAgo = new(SimTime.FromSeconds(-365 * 86_400.0), SimTime.Zero);

    private readonly Dictionary<int, Known> _known = [];
    private readonly Dictionary<int, int> _uses = [];
    private EventHandle _collect;
    private EventHandle _evict;
    private EventHandle _pressureOver;

    /// <summary>Bytes freed so far.</summary>
    public long FreedBytes { get; private set; }

    /// <summary>Pods evicted so far.</summary>
    public int Evicted { get; private set; }

    public bool IsUnderPressure { get; private set; }

    private long Used => kubelet.Runtime.UsedBytes;

    private SimTime Now => kubelet.World.Loop.Now;

    public void OnImageAdded(RegistryImage image)
    {
        _known[image.Index] = new Known(Now, SimTime.Zero);
        Look();
    }

    public void OnImageUsed(string name)
    {
        if (kubelet.World.Image(name).Image is { } image)
        {
            _uses[image.Index] = _uses.GetValueOrDefault(image.Index) + 1;
        }
    }

    public void OnImageReleased(string name)
    {
        if (kubelet.World.Image(name).Image is { } image)
        {
            _uses[image.Index] = _uses.GetValueOrDefault(image.Index) - 1;
            _known[image.Index] = Of(image) with { LastUsed = Now };
        }
    }

    /// <summary>Sees whether anything is to be done, and when.</summary>
    public void Look()
    {
        if (kubelet.Parameters.ImageFileSystemBytes is not { } capacity || !kubelet.IsUp)
        {
            return;
        }

        KubeletParameters parameters = kubelet.Parameters;
        if (_collect.IsNone && Percent(capacity) >= parameters.ImageGcHighPercent)
        {
            _collect = kubelet.World.Loop.Schedule(NextTick(parameters.ImageGcPeriod), this, Collect);
        }

        if (_evict.IsNone && IsBelowThreshold(capacity))
        {
            _evict = kubelet.World.Loop.Schedule(NextTick(parameters.EvictionPeriod), this, Evict);
        }
    }

    public void Stop()
    {
        kubelet.World.Loop.Cancel(_collect);
        kubelet.World.Loop.Cancel(_evict);
        kubelet.World.Loop.Cancel(_pressureOver);
        (_collect, _evict, _pressureOver) = (default, default, default);
    }

    public void OnEvent(int kind, long argument, object? state)
    {
        long capacity = kubelet.Parameters.ImageFileSystemBytes!.Value;
        switch (kind)
        {
            case Collect:
                _collect = default;
                if (Percent(capacity) >= kubelet.Parameters.ImageGcHighPercent)
                {
                    Free(Used - (capacity / 100 * kubelet.Parameters.ImageGcLowPercent));
                }

                break;
            case Evict:
                _evict = default;
                RelievePressure(capacity);
                break;
            default:
                _pressureOver = default;
                SetPressure(under: false);
                break;
        }

        Look();
    }

    // In whole percent of use, as kubelet computes it.
    private int Percent(long capacity) => 100 - (int)(Math.Max(0, capacity - Used) * 100 / capacity);

    private bool IsBelowThreshold(long capacity) => (capacity - Used) * 100.0 < (double)capacity * kubelet.Parameters.EvictionAvailablePercent;

    private SimTime NextTick(SimTime period) => new((Now.Nanoseconds / period.Nanoseconds * period.Nanoseconds) + period.Nanoseconds);

    private void RelievePressure(long capacity)
    {
        if (!IsBelowThreshold(capacity))
        {
            return;
        }

        SetPressure(under: true);
        Free(long.MaxValue);
        if (IsBelowThreshold(capacity))
        {
            EvictOne();
        }

        kubelet.World.Loop.Cancel(_pressureOver);
        _pressureOver = default;
        if (!IsBelowThreshold(capacity))
        {
            _pressureOver = kubelet.World.Loop.ScheduleAfter(kubelet.Parameters.PressureTransition, this, PressureOver);
        }
    }

    private void Free(long bytes)
    {
        List<RegistryImage> unused = [.. kubelet.Runtime.Images().Where(image => _uses.GetValueOrDefault(image.Index) <= 0 && IsOldEnough(image))];
        unused.Sort((a, b) =>
        {
            Known x = Of(a);
            Known y = Of(b);
            int byUse = x.LastUsed.CompareTo(y.LastUsed);
            int byAge = byUse != 0 ? byUse : x.FirstDetected.CompareTo(y.FirstDetected);
            return byAge != 0 ? byAge : a.Index.CompareTo(b.Index);
        });
        foreach (RegistryImage image in unused)
        {
            if (bytes <= 0)
            {
                return;
            }

            long freed = kubelet.Runtime.Remove(image);
            _known.Remove(image.Index);
            FreedBytes += freed;
            bytes -= freed;
        }
    }

    private bool IsOldEnough(RegistryImage image) => Now - Of(image).FirstDetected >= kubelet.Parameters.ImageGcMinAge;

    private Known Of(RegistryImage image) => _known.TryGetValue(image.Index, out Known known) ? known : LongAgo;

    private void EvictOne()
    {
        PodWorker? victim = null;
        foreach (PodWorker worker in kubelet.Workers)
        {
            // Later workers win among equals: they came last.
            if (!worker.IsEnding && (victim is null || (worker.Pod.Spec.Priority ?? 0) <= (victim.Pod.Spec.Priority ?? 0)))
            {
                victim = worker;
            }
        }

        if (victim is not null)
        {
            Evicted++;
            victim.Fail("Evicted", "The node was low on resource: ephemeral-storage.", graceSeconds: 0);
        }
    }

    private void SetPressure(bool under)
    {
        if (IsUnderPressure == under)
        {
            return;
        }

        IsUnderPressure = under;
        DateTime now = kubelet.World.NowInWholeSeconds();
        ObjectKey key = ObjectKey.Cluster(kubelet.Node);
        kubelet.World.Server.PatchStatus<V1Node>(key, node => NodeObjects.WithCondition(
            node,
            "DiskPressure",
            under ? "True" : "False",
            under ? "KubeletHasDiskPressure" : "KubeletHasNoDiskPressure",
            under ? "kubelet has disk pressure" : "kubelet has no disk pressure",
            now));
        kubelet.World.Server.Patch<V1Node>(key, node => under
            ? NodeObjects.WithTaint(node, NodeObjects.DiskPressureTaint, "NoSchedule", null)
            : NodeObjects.WithoutTaint(node, NodeObjects.DiskPressureTaint));
    }

    private readonly record struct Known(SimTime FirstDetected, SimTime LastUsed);
}
