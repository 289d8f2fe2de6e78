using System.Globalization;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.CloneSets;
using Kruise.Core.Lifecycles;
using Kruise.Core.Reconciling;
using Kruise.Core.Tests.Revisions;
using Kruise.Core.Workloads;

namespace Kruise.Core.Tests.CloneSets;

/// <summary>A set whose users, nodes and API server do all they can think of.</summary>
internal sealed class RandomLife
{
    private const string HoldDelete = "hold-delete";
    private const string HoldUpdate = "hold-update";

    private readonly RandomStream _random;
    private readonly List<string> _log = [];
    private DateTime _heldSince;

    public RandomLife(ulong seed)
    {
        _random = new RandomStream(seed);
        World = new CloneSetWorld(new CloneSetOptions { MaxPodsPerPass = Chance(3) ? 2 : 500 }, seed, fingerprintEvery: 7);
        World.OnPlan = new PlanChecks(World).Check;
        Strangers =
        [
            World.Apply(Pod("orphan", null)),
            World.Apply(Pod("theirs", "uid-other")),
            World.Apply(new V1PersistentVolumeClaim { Metadata = Meta("datadir-foo-abcde", null) }),
        ];
        CloneSet set = Sets.Of(Number(6));
        World.Apply((Chance(2) ? set.WithClaim() : set).With(spec => spec with
        {
            RevisionHistoryLimit = 2,
            Template = Templates.Of("nginx:1", ("app", "web"), (HoldDelete, "true"), (HoldUpdate, "true")),
        }));
        Strategy();
    }

    public CloneSetWorld World { get; }

    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Strangers { get; }

    /// <summary>Instance ids whose claims may stay: of pods that ended otherwise than by the controller, or that could not be made or deleted together with their claims.</summary>
    public HashSet<string> Vanished { get; } = new(StringComparer.Ordinal);

    public string Log => string.Join("; ", _log);

    public void Step()
    {
        switch (_random.Next(17))
        {
            case 0 or 1:
                Note("replicas", Number(8), World.Scale);
                break;
            case 2 or 3:
                Note("image", 1 + Number(4), n => World.NewImage($"nginx:{n}"));
                break;
            case 4:
                Note("environment", Number(3), n => World.NewEnvironment(n.ToString(CultureInfo.InvariantCulture)));
                break;
            case 5 or 6:
                Strategy();
                break;
            case 7:
                Hooks();
                break;
            case 8:
                OnPod("chosen", pod => World.Choose([.. World.Set.Spec.ScaleStrategy.PodsToDelete ?? [], pod.Metadata.Name]));
                break;
            case 9:
                OnPod("marked", pod => World.EditPod(pod.Metadata.Name, p => WithLabel(p, WorkloadKeys.SpecifiedDelete, "")));
                break;
            case 10:
                OnPod("sick", pod => World.Sick.Add(pod.Metadata.Name));
                break;
            case 11:
                World.Sick.Clear();
                break;
            case 12:
                OnPod("ended", End);
                break;
            case 13:
                OnPod("relabelled", Relabel);
                break;
            case 14:
                Note("held", Number(2), Hold);
                break;
            case 15:
                World.Held.Clear();
                break;
            default:
                int one = 2 + Number(5);
                World.Fails = write => Chance(one) ? Fail(write) : null;
                break;
        }

        HookOwner(2);
        if (Chance(2))
        {
            World.Run();
        }
        else
        {
            // Not for so long that the controller is let go: it would not know what it does.
            int seconds = Number(40);
            if (World.Held.Count > 0 && World.Now.AddSeconds(seconds) - _heldSince >= CatchUpTracker.DefaultTimeout)
            {
                World.Held.Clear();
            }

            Note("seconds", seconds, n => World.Pass(n, kubelets: Chance(2)));
        }

        if (Chance(2))
        {
            World.Kubelet();
            World.Fails = _ => null;
        }
    }

    /// <summary>Everybody behaves from now on, for long enough.</summary>
    public void ComeToRest()
    {
        World.Held.Clear();
        World.Sick.Clear();
        World.Fails = _ => null;
        World.EditStrategy(strategy => strategy with { Paused = false });
        for (int i = 0; i < 60; i++)
        {
            HookOwner(1);
            World.Pass(20);
        }
    }

    private void Hold(int what)
    {
        if (World.Held.Count == 0)
        {
            _heldSince = World.Now;
        }

        World.Held.Add(what == 0 ? typeof(V1Pod) : typeof(V1PersistentVolumeClaim));
    }

    private string Fail(Write write)
    {
        string? name = write switch
        {
            Write.Delete delete => delete.Key.Name,
            Write.Create create => create.Object.Metadata.Name,
            _ => null,
        };
        if (name is not null)
        {
            Vanished.Add(name[(name.LastIndexOf('-') + 1)..]);
        }

        return "no luck";
    }

    private void Strategy()
    {
        int surge = Number(3);
        int unavailable = surge == 0 ? 1 + Number(3) : Number(3);
        string type = Chance(4) ? Sets.ReCreate : Sets.InPlace;
        int partition = Chance(2) ? 0 : Number(6);
        int grace = Chance(2) ? 0 : Number(20);
        int minReady = Chance(2) ? 0 : Number(30);
        bool paused = Chance(5);
        _log.Add($"{type} partition {partition} unavailable {unavailable} surge {surge} grace {grace} minReady {minReady} paused {paused}");
        World.EditSpec(spec => spec with
        {
            MinReadySeconds = minReady,
            UpdateStrategy = new CloneSetUpdateStrategy
            {
                Type = type,
                Partition = partition.ToString(CultureInfo.InvariantCulture),
                MaxUnavailable = unavailable.ToString(CultureInfo.InvariantCulture),
                MaxSurge = surge.ToString(CultureInfo.InvariantCulture),
                Paused = paused,
                InPlaceUpdateStrategy = new InPlaceUpdateStrategy { GracePeriodSeconds = grace },
                ScatterStrategy = Chance(4) ? [new UpdateScatterTerm { Key = "app", Value = "web" }] : null,
            },
        });
    }

    private void Hooks()
    {
        bool delete = Chance(2), update = Chance(2);
        _log.Add($"hooks {delete} {update}");
        World.EditSpec(spec => spec with
        {
            Lifecycle = Chance(3)
                ? null
                : new Lifecycle { PreDelete = delete ? Sets.Label(HoldDelete) : null, InPlaceUpdate = update ? Sets.Label(HoldUpdate) : null },
        });
    }

    // Lets go of pods that prepare, and takes hold of them again when they are updated.
    private void HookOwner(int oneIn)
    {
        foreach (V1Pod pod in World.Pods.Where(_ => Chance(oneIn)))
        {
            (string Key, string Value)? label = PodState.LifecycleState(pod) switch
            {
                LifecycleState.PreparingDelete => (HoldDelete, "false"),
                LifecycleState.PreparingUpdate => (HoldUpdate, "false"),
                LifecycleState.Updated => (HoldUpdate, "true"),
                _ => null,
            };
            if (label is { } l && PodState.Label(pod, l.Key) != l.Value)
            {
                World.EditPod(pod.Metadata.Name, p => WithLabel(p, l.Key, l.Value));
            }
        }
    }

    private void End(V1Pod pod)
    {
        Vanished.Add(PodState.Label(pod, WorkloadKeys.CloneSetInstanceId)!);
        if (Chance(2))
        {
            World.Remove(pod);
        }
        else
        {
            World.EditPod(pod.Metadata.Name, p => p with { Status = (p.Status ?? new V1PodStatus()) with { Phase = PodState.Failed } });
        }
    }

    private void Relabel(V1Pod pod)
    {
        Vanished.Add(PodState.Label(pod, WorkloadKeys.CloneSetInstanceId)!);
        World.EditPod(pod.Metadata.Name, p => WithLabel(p, "app", "other"));
    }

    private void OnPod(string what, Action<V1Pod> act)
    {
        if (World.Pods is { Count: > 0 } pods)
        {
            V1Pod pod = pods[Number(pods.Count)];
            _log.Add($"{what} {pod.Metadata.Name}");
            act(pod);
        }
    }

    private void Note(string what, int number, Action<int> act)
    {
        _log.Add($"{what} {number}");
        act(number);
    }

    private int Number(int exclusive) => (int)_random.Next(exclusive);

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    private static V1Pod WithLabel(V1Pod pod, string key, string value) =>
        pod with { Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, key, value) } };

    private static V1Pod Pod(string name, string? owner) => new() { Metadata = Meta(name, owner), Spec = Templates.Of().Spec, Status = new V1PodStatus { Phase = PodState.Running } };

    private static V1ObjectMeta Meta(string name, string? owner) => new()
    {
        Name = name,
        NamespaceProperty = CloneSetWorld.Namespace,
        Labels = new Dictionary<string, string> { ["app"] = "web", [WorkloadKeys.CloneSetInstanceId] = "abcde" },
        OwnerReferences = owner is null
            ? null
            : [new V1OwnerReference { ApiVersion = KruiseGroup.V1Alpha1, Kind = CloneSet.KindName, Name = "bar", Uid = owner, Controller = true }],
    };
}
