using k8s;
using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Kruise.Core.Tests.Admission;
using Xunit;

namespace Kruise.Core.Tests.ImagePull;

/// <summary>
/// The smallest world that the two image controllers can live in: objects by key, a view that is always up to date, admission,
/// resourceVersions, and a clock that jumps from one due key to the next.
/// </summary>
internal sealed class TestCluster : IClusterView
{
    public static readonly DateTime Start = new(2021, 3, 4, 12, 0, 0, DateTimeKind.Utc);

    private readonly SortedDictionary<(string Kind, ObjectKey Key), IKubernetesObject<V1ObjectMeta>> _objects = [];
    private readonly Dictionary<Type, IViewIndex> _indexes = [];
    private readonly List<IReconciler> _reconcilers = [];
    private readonly SortedDictionary<(DateTime At, int Reconciler, ObjectKey Key), bool> _due = [];
    private readonly RandomStream _random = new(7);
    private long _lastVersion;

    public TestCluster(NodeImageOptions? nodeImageOptions = null, ImagePullJobOptions? jobOptions = null, IReconciler? another = null)
    {
        nodeImageOptions ??= NodeImageOptions.Default;
        _reconcilers.Add(new NodeImageReconciler(nodeImageOptions));
        _reconcilers.Add(new ImagePullJobReconciler(jobOptions ?? ImagePullJobOptions.Default, nodeImageOptions));
        if (another is not null)
        {
            _reconcilers.Add(another);
        }

        foreach (IViewIndex index in _reconcilers.SelectMany(r => r.Indexes).Select(create => create()))
        {
            _indexes.TryAdd(index.GetType(), index);
        }
    }

    public DateTime Now { get; set; } = Start;

    public FeatureGates Gates { get; set; } = FeatureGates.Default;

    /// <summary>Says which writes fail, to be retried a second later.</summary>
    public Func<Write, bool> Fails { get; set; } = _ => false;

    public List<Write> Writes { get; } = [];

    public int Reconciles { get; private set; }

    public IEnumerable<string> Events => Writes.OfType<Write.RecordEvent>().Select(e => $"{e.Severity} {e.Reason} {e.About.Kind}/{e.About.Name} {e.Message}");

    public T? Get<T>(ObjectKey key)
        where T : class, IKubernetesObject<V1ObjectMeta> => (T?)_objects.GetValueOrDefault((typeof(T).Name, key));

    public IKubernetesObject<V1ObjectMeta>? Find(Type kind, ObjectKey key) => _objects.GetValueOrDefault((kind.Name, key));

    public IReadOnlyList<T> List<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> => [.. _objects.Values.OfType<T>()];

    public TIndex Index<TIndex>()
        where TIndex : class, IViewIndex => (TIndex)_indexes[typeof(TIndex)];

    public NodeImage Image(string node) => Get<NodeImage>(ObjectKey.Cluster(node))!;

    public ImagePullJob Job(string name) => Get<ImagePullJob>(new ObjectKey("default", name))!;

    public void AddNodes(int count)
    {
        for (int i = 0; i < count; i++)
        {
            AddNode($"n{i:D3}");
        }
    }

    public void AddNode(string name, params (string Key, string Value)[] labels) => Apply(new V1Node
    {
        Metadata = new V1ObjectMeta { Name = name, Labels = labels.ToDictionary(l => l.Key, l => l.Value) },
        Status = new V1NodeStatus { Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }] },
    });

    /// <summary>Stores an object as a client would: through admission, with uid and resourceVersion.</summary>
    public void Apply(IKubernetesObject<V1ObjectMeta> obj)
    {
        IKubernetesObject<V1ObjectMeta>? old = _objects.GetValueOrDefault((obj.GetType().Name, ObjectKey.Of(obj)));
        AdmissionVerdict verdict = old is null ? Admissions.Create(obj, Now, Gates) : Admissions.Update(old, obj, Now, Gates);
        Assert.True(verdict.Allowed, verdict.Message);
        Store(verdict.Object, old);
    }

    public void Delete<T>(string ns, string name)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        if (_objects.Remove((typeof(T).Name, new ObjectKey(ns, name)), out IKubernetesObject<V1ObjectMeta>? old))
        {
            Announce(new ObjectChange(old, null));
        }
    }

    /// <summary>What the node's daemon would write about one tag, at the version the spec asks for.</summary>
    public void Report(string node, string image, string tag, string phase, long? version = null, int progress = 0)
    {
        NodeImage nodeImage = Image(node);
        ImageTagSpec spec = nodeImage.Spec.Images![image].Tags.Single(t => t.Tag == tag);
        bool done = phase is ImagePullPhase.Succeeded or ImagePullPhase.Failed;
        var status = new ImageTagStatus
        {
            Tag = tag,
            Phase = phase,
            Version = version ?? spec.Version,
            StartTime = Now,
            CompletionTime = done ? Now : null,
            Progress = progress,
        };
        var statuses = nodeImage.Status.ImageStatuses?.ToDictionary(s => s.Key, s => s.Value) ?? [];
        ImageTagStatus[] others = [.. (statuses.GetValueOrDefault(image)?.Tags ?? []).Where(t => t.Tag != tag)];
        statuses[image] = new ImageStatus { Tags = [.. others.Append(status).OrderBy(t => t.Tag, StringComparer.Ordinal)] };
        NodeImageCounters counters = NodeImageCounters.Of(nodeImage.Spec.Images, statuses);
        SetStatus(nodeImage with
        {
            Status = new NodeImageStatus
            {
                Desired = counters.Desired,
                Succeeded = counters.Succeeded,
                Failed = counters.Failed,
                Pulling = counters.Pulling,
                ImageStatuses = statuses,
            },
        });
    }

    public void SetStatus(IKubernetesObject<V1ObjectMeta> obj) => Store(obj, _objects[(obj.GetType().Name, ObjectKey.Of(obj))]);

    /// <summary>Carries out all that is due now.</summary>
    public void Settle()
    {
        for (int i = 0; _due.Count > 0 && _due.First().Key.At <= Now; i++)
        {
            Assert.True(i < 100_000, "The controllers do not come to rest.");
            (_, int reconciler, ObjectKey key) = _due.First().Key;
            _due.Remove(_due.First().Key);
            Reconcile(reconciler, key);
        }
    }

    /// <summary>Lets the time pass, stopping at each due key; nothing else happens meanwhile.</summary>
    public void Pass(TimeSpan time)
    {
        DateTime end = Now + time;
        Settle();
        while (_due.Count > 0 && _due.First().Key.At <= end)
        {
            Now = _due.First().Key.At;
            Settle();
        }

        Now = end;
    }

    public void PassSeconds(double seconds) => Pass(TimeSpan.FromSeconds(seconds));

    /// <summary>A manager that starts anew: indexes and queues are empty and everything is listed once.</summary>
    public TestCluster Restart(IReconciler? another = null)
    {
        var fresh = new TestCluster(another: another) { Now = Now, _lastVersion = _lastVersion };
        foreach (IKubernetesObject<V1ObjectMeta> obj in _objects.Values.ToArray())
        {
            fresh._objects.Add((obj.GetType().Name, ObjectKey.Of(obj)), obj);
            fresh.Announce(new ObjectChange(null, obj));
        }

        return fresh;
    }

    private void Reconcile(int reconciler, ObjectKey key)
    {
        Reconciles++;
        Plan plan = _reconcilers[reconciler].Reconcile(key, this, new ReconcileContext(Now, Gates, _random));
        if (plan.RequeueAfter is { } wait)
        {
            Assert.True(wait > TimeSpan.Zero, "A plan looks again at once.");
            _due[(Now + wait, reconciler, key)] = true;
        }

        foreach (WriteGroup group in plan.Groups)
        {
            bool failed = false;
            foreach (Write write in group.Writes)
            {
                failed |= !TryWrite(write);
                if (failed && !group.Parallel)
                {
                    break;
                }
            }

            if (failed)
            {
                _due[(Now + TimeSpan.FromSeconds(1), reconciler, key)] = true;
                return;
            }
        }
    }

    private bool TryWrite(Write write)
    {
        if (Fails(write))
        {
            return false;
        }

        Writes.Add(write);
        switch (write)
        {
            case Write.Create create:
                Assert.False(_objects.ContainsKey((create.Object.GetType().Name, ObjectKey.Of(create.Object))));
                Apply(create.Object);
                return true;
            case Write.Update update:
                return IsCurrent(update.Object) && ApplyUpdate(update.Object);
            case Write.UpdateStatus update:
                if (!IsCurrent(update.Object))
                {
                    return false;
                }

                SetStatus(update.Object);
                return true;
            case Write.Delete delete:
                if (_objects.Remove((delete.Kind.Name, delete.Key), out IKubernetesObject<V1ObjectMeta>? old))
                {
                    Assert.Equal(delete.Uid, old.Metadata.Uid);
                    Announce(new ObjectChange(old, null));
                }

                return true;
            default:
                return true;
        }
    }

    private bool ApplyUpdate(IKubernetesObject<V1ObjectMeta> obj)
    {
        Apply(obj);
        return true;
    }

    private bool IsCurrent(IKubernetesObject<V1ObjectMeta> obj) =>
        _objects.TryGetValue((obj.GetType().Name, ObjectKey.Of(obj)), out IKubernetesObject<V1ObjectMeta>? stored)
        && stored.Metadata.ResourceVersion == obj.Metadata.ResourceVersion;

    private void Store(IKubernetesObject<V1ObjectMeta> obj, IKubernetesObject<V1ObjectMeta>? old)
    {
        string version = (++_lastVersion).ToString();
        V1ObjectMeta metadata = obj.Metadata with { Uid = old?.Metadata.Uid ?? obj.Metadata.Uid ?? "uid-" + version, ResourceVersion = version };
        IKubernetesObject<V1ObjectMeta> stored = obj switch
        {
            ImagePullJob job => job with { Metadata = metadata },
            NodeImage nodeImage => nodeImage with { Metadata = metadata },
            V1Node node => node with { Metadata = metadata },
            V1Secret secret => secret with { Metadata = metadata },
            _ => throw new NotSupportedException(obj.Kind),
        };
        _objects[(obj.GetType().Name, ObjectKey.Of(obj))] = stored;
        Announce(new ObjectChange(old, stored));
    }

    private void Announce(ObjectChange change)
    {
        foreach (IViewIndex index in _indexes.Values)
        {
            index.OnChange(change);
        }

        for (int i = 0; i < _reconcilers.Count; i++)
        {
            if (_reconcilers[i].Watches.Contains(change.Object.GetType()))
            {
                var keys = new List<ObjectKey>();
                _reconcilers[i].Map(change, this, keys);
                foreach (ObjectKey key in keys)
                {
                    _due[(Now, i, key)] = true;
                }
            }
        }
    }
}
