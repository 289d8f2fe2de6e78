using System.Globalization;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.Reconciling;

/// <summary>
/// The smallest world that a controller can live in: objects with resourceVersions, a watch that can be held back, Core's cache and loop, and plans carried out as an
/// API server would. Pods do what <see cref="Kubelet"/> says; time passes by hand.
/// </summary>
internal abstract class ControllerWorld
{
    public static readonly DateTime Start = new(2021, 3, 4, 12, 0, 0, DateTimeKind.Utc);

    private readonly SortedDictionary<(string Kind, ObjectKey Key), IKubernetesObject<V1ObjectMeta>> _objects = [];
    private readonly List<(Type Kind, ObjectKey Key, IKubernetesObject<V1ObjectMeta>? Object, long Revision)> _watch = [];
    private readonly IReconciler _reconciler;
    private readonly ulong _seed;
    private readonly int _fingerprintEvery;
    private ObjectCache _cache;
    private ControllerLoop _loop;
    private readonly List<CatchUpTimeout> _timedOut = [];
    private long _lastVersion;

    protected ControllerWorld(IReconciler reconciler, ulong seed, int fingerprintEvery)
    {
        (_reconciler, _seed, _fingerprintEvery) = (reconciler, seed, fingerprintEvery);
        (_cache, _loop) = Begin();
    }

    public DateTime Now { get; set; } = Start;

    /// <summary>The error that a write fails with; null when it does not.</summary>
    public Func<Write, string?> Fails { get; set; } = _ => null;

    /// <summary>Is told of every plan before it is carried out.</summary>
    public Action<Plan> OnPlan { get; set; } = _ => { };

    /// <summary>Writes that the controller's process carries out before it is killed, in the middle of a plan maybe; null when it lives on.</summary>
    public int? DiesAfterWrites { get; set; }

    /// <summary>Kinds whose watch is held back.</summary>
    public HashSet<Type> Held { get; } = [];

    public List<Write> Writes { get; } = [];

    public List<string> Events { get; } = [];

    public long Reconciles => _loop.Reconciles;

    public ControllerLoop Loop => _loop;

    public IClusterView View => _cache;

    public IReadOnlyList<V1Pod> AllPods => [.. _objects.Values.OfType<V1Pod>()];

    public T? Get<T>(ObjectKey key)
        where T : class, IKubernetesObject<V1ObjectMeta> => (T?)_objects.GetValueOrDefault((typeof(T).Name, key));

    public IEnumerable<T> Of<T>() => _objects.Values.OfType<T>();

    /// <summary>Stores an object as a client would.</summary>
    public IKubernetesObject<V1ObjectMeta> Apply(IKubernetesObject<V1ObjectMeta> obj) => Store(obj, _objects.GetValueOrDefault(Id(obj)));

    /// <summary>Takes an object away at once, as a node that is gone or a garbage collector does.</summary>
    public void Remove(IKubernetesObject<V1ObjectMeta> obj)
    {
        if (_objects.Remove(Id(obj)))
        {
            _watch.Add((obj.GetType(), ObjectKey.Of(obj), null, ++_lastVersion));
        }
    }

    /// <summary>Delivers the watch and lets the controller work until there is nothing to do at this moment.</summary>
    public void Run()
    {
        for (int i = 0; ; i++)
        {
            Assert.True(i < 20_000, "The controller does not come to rest.");
            bool moved = Deliver();
            _timedOut.Clear();
            _loop.Expire(Now, _timedOut);
            if (_loop.TryTake(Now, out ObjectKey key))
            {
                Work(key);
            }
            else if (!moved)
            {
                return;
            }
        }
    }

    /// <summary>Controller and kubelets in turn until neither has anything to do at this moment.</summary>
    public void SettleDown()
    {
        for (int i = 0; ; i++)
        {
            Assert.True(i < 2_000, "The world does not come to rest.");
            Run();
            if (!Kubelet())
            {
                return;
            }
        }
    }

    /// <summary>Every pod takes the next step; false when none had any.</summary>
    public abstract bool Kubelet();

    /// <summary>Lets the time pass; the controller is there whenever it wants to look, pods do what they do when <paramref name="kubelets"/>.</summary>
    public void Pass(double seconds, bool kubelets = true)
    {
        DateTime end = Now.AddSeconds(seconds);
        for (int i = 0; ; i++)
        {
            Assert.True(i < 20_000, "Somebody looks again and again.");
            if (kubelets)
            {
                SettleDown();
            }
            else
            {
                Run();
            }

            if (_loop.NextWakeAt(canWork: true) is not { } at || at > end)
            {
                break;
            }

            Now = at > Now ? at : Now;
        }

        Now = end;
    }

    /// <summary>A new process in the place of the controller's: it knows nothing but what it is told of what is there.</summary>
    public void Restart()
    {
        (_cache, _loop) = Begin();
        _watch.Clear();
        foreach (IKubernetesObject<V1ObjectMeta> obj in _objects.Values)
        {
            _watch.Add((obj.GetType(), ObjectKey.Of(obj), obj, ObjectCache.RevisionOf(obj)));
        }
    }

    private (ObjectCache Cache, ControllerLoop Loop) Begin()
    {
        var cache = new ObjectCache(_reconciler.Indexes, _fingerprintEvery);
        return (cache, new ControllerLoop(_reconciler, cache, FeatureGates.Default, RandomStream.Named(_seed, _reconciler.Name)));
    }

    private bool Deliver()
    {
        bool moved = false;
        for (int i = 0; i < _watch.Count; i++)
        {
            (Type kind, ObjectKey key, IKubernetesObject<V1ObjectMeta>? obj, long revision) = _watch[i];
            if (Held.Contains(kind))
            {
                continue;
            }

            _watch.RemoveAt(i--);
            moved = true;
            if (obj is null ? _cache.Delete(kind, key, revision, out ObjectChange change) : _cache.Store(obj, out change))
            {
                _loop.OnChange(change, Now);
            }

            _loop.OnObserved(kind, _cache.ObservedRevision(kind), Now);
        }

        return moved;
    }

    private void Work(ObjectKey key)
    {
        Plan plan = _loop.Reconcile(key, Now);
        OnPlan(plan);
        DateTime? lookAgainAt = plan.RequeueAfter is { } delay ? Now + delay : null;
        var carrying = new Carrying(key);
        foreach (WriteGroup group in plan.Groups)
        {
            foreach (Write write in group.Writes)
            {
                if (!TryMember(write, carrying) && !group.Parallel)
                {
                    break;
                }
            }

            if (carrying.Outcome != PlanOutcome.Succeeded)
            {
                break;
            }
        }

        if (DiesAfterWrites < 0)
        {
            DiesAfterWrites = null;
            Restart();
            return;
        }

        _loop.Finish(key, carrying.Outcome, lookAgainAt, Now, carrying.Failure);
    }

    private bool TryMember(Write write, Carrying carrying) =>
        write is Write.Sequence sequence ? sequence.Writes.All(member => TryWrite(member, carrying)) : TryWrite(write, carrying);

    private bool TryWrite(Write planned, Carrying carrying)
    {
        if (DiesAfterWrites <= 0)
        {
            DiesAfterWrites = -1;
            carrying.Outcome = PlanOutcome.Failed;
            return false;
        }

        DiesAfterWrites--;
        Write write = carrying.Revisions.Apply(planned);
        Writes.Add(write);
        if (write is Write.RecordEvent said)
        {
            Events.Add($"{said.Severity} {said.Reason} {said.Message}");
            return true;
        }

        string? error = Fails(write);
        if (error is null && IsConflict(write))
        {
            carrying.Outcome = carrying.Outcome == PlanOutcome.Succeeded ? PlanOutcome.Conflict : carrying.Outcome;
            return false;
        }

        if (error is null && write is Write.Create create && _objects.ContainsKey(Id(create.Object)))
        {
            error = $"{ObjectKey.Of(create.Object).Name} already exists";
        }

        if (error is null)
        {
            CarryOut(write, carrying);
            return true;
        }

        carrying.Outcome = PlanOutcome.Failed;
        carrying.Failure ??= new PlanFailure(planned, error);
        if (write.IfFailed is { } failed)
        {
            Events.Add($"{failed.Severity} {failed.Reason} {failed.Message}{error}");
        }

        return false;
    }

    private bool IsConflict(Write write) => (write switch
    {
        Write.Update update => update.Object,
        Write.UpdateStatus update => update.Object,
        _ => null,
    }) is { } obj && _objects.GetValueOrDefault(Id(obj))?.Metadata.ResourceVersion != obj.Metadata.ResourceVersion;

    private void CarryOut(Write write, Carrying carrying)
    {
        switch (write)
        {
            case Write.Create create:
                Written(Store(create.Object, null));
                break;
            case Write.Update update:
                Written(Store(WithStatusOf(update.Object, _objects[Id(update.Object)]), _objects[Id(update.Object)]));
                break;
            case Write.UpdateStatus update:
                Written(Store(WithStatusOf(_objects[Id(update.Object)], update.Object), _objects[Id(update.Object)]));
                break;
            case Write.Delete delete:
                BeginDelete(delete);
                _loop.Deleted(carrying.Key, delete.Kind, delete.Key, delete.Uid, Now);
                break;
        }

        void Written(IKubernetesObject<V1ObjectMeta> stored)
        {
            long revision = ObjectCache.RevisionOf(stored);
            carrying.Revisions.Written(write, revision);
            _loop.Written(carrying.Key, stored.GetType(), revision, Now);
        }
    }

    // Pods go when their kubelet says so, and nothing goes before its finalizers.
    private void BeginDelete(Write.Delete delete)
    {
        if (_objects.GetValueOrDefault((delete.Kind.Name, delete.Key)) is not { } present)
        {
            return;
        }

        Assert.Equal(delete.Uid, present.Metadata.Uid);
        if (present is not V1Pod && present.Metadata.Finalizers is not { Count: > 0 })
        {
            Remove(present);
        }
        else if (present.Metadata.DeletionTimestamp is null)
        {
            Store(WithMetadata(present, present.Metadata with { DeletionTimestamp = Now, DeletionGracePeriodSeconds = 30 }), present);
        }
    }

    protected IKubernetesObject<V1ObjectMeta> Store(IKubernetesObject<V1ObjectMeta> obj, IKubernetesObject<V1ObjectMeta>? old)
    {
        string version = (++_lastVersion).ToString(CultureInfo.InvariantCulture);
        bool isNewSpec = old is not null && HasNewSpec(obj, old);
        IKubernetesObject<V1ObjectMeta> stored = WithMetadata(obj, obj.Metadata with
        {
            Uid = old?.Metadata.Uid ?? obj.Metadata.Uid ?? "uid-" + version,
            CreationTimestamp = old?.Metadata.CreationTimestamp ?? Now,
            Generation = (old?.Metadata.Generation ?? 1) + (isNewSpec ? 1 : 0),
            ResourceVersion = version,
        });
        _objects[Id(obj)] = stored;
        _watch.Add((obj.GetType(), ObjectKey.Of(obj), stored, _lastVersion));
        return stored;
    }

    private static bool HasNewSpec(IKubernetesObject<V1ObjectMeta> obj, IKubernetesObject<V1ObjectMeta> old) => (obj, old) switch
    {
        (CloneSet set, CloneSet before) => set.Spec != before.Spec,
        (SidecarSet set, SidecarSet before) => set.Spec != before.Spec,
        _ => false,
    };

    private static (string Kind, ObjectKey Key) Id(IKubernetesObject<V1ObjectMeta> obj) => (obj.GetType().Name, ObjectKey.Of(obj));

    private static IKubernetesObject<V1ObjectMeta> WithStatusOf(IKubernetesObject<V1ObjectMeta> obj, IKubernetesObject<V1ObjectMeta> other) => obj switch
    {
        V1Pod pod => pod with { Status = ((V1Pod)other).Status },
        CloneSet set => set with { Status = ((CloneSet)other).Status },
        SidecarSet set => set with { Status = ((SidecarSet)other).Status },
        _ => obj,
    };

    private static IKubernetesObject<V1ObjectMeta> WithMetadata(IKubernetesObject<V1ObjectMeta> obj, V1ObjectMeta metadata) => obj switch
    {
        V1Pod pod => pod with { Metadata = metadata },
        CloneSet set => set with { Metadata = metadata },
        SidecarSet set => set with { Metadata = metadata },
        V1ControllerRevision revision => revision with { Metadata = metadata },
        V1PersistentVolumeClaim claim => claim with { Metadata = metadata },
        _ => throw new NotSupportedException(obj.Kind),
    };

    private sealed class Carrying(ObjectKey key)
    {
        public ObjectKey Key => key;

        public PlanRevisions Revisions { get; } = new();

        public PlanOutcome Outcome { get; set; } = PlanOutcome.Succeeded;

        public PlanFailure? Failure { get; set; }
    }
}
