using CsCheck;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Kruise.Core.Tests.Workloads;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>Random lives of two sets and their pods: every plan keeps the rules, and whatever happened, a world that behaves comes to rest where the specs say.</summary>
public sealed class SidecarSetPropertyTests
{
    [Fact]
    public void Every_plan_keeps_the_rules_and_the_sets_come_to_rest()
    {
        long upgrades = 0;
        Gen.ULong.Sample(seed => Interlocked.Add(ref upgrades, Live(seed)), iter: 150);
        Assert.True(upgrades > 1000, $"Only {upgrades} upgrades: the lives try nothing.");
    }

    private static int Live(ulong seed)
    {
        var life = new Life(seed);
        for (int i = 0; i < 40; i++)
        {
            life.Step();
        }

        life.ComeToRest();
        return life.Checks.Upgrades;
    }

    private sealed class Life
    {
        private static readonly string[] Names = [SidecarSamples.SetName, "others"];

        private readonly RandomStream _random;
        private readonly SidecarSetWorld _world;
        private int _pods;
        private int _sets;
        private DateTime _heldSince;

        public Life(ulong seed)
        {
            _random = new RandomStream(seed);
            int most = Chance(3) ? 2 : 500;
            _world = new SidecarSetWorld(new SidecarSetOptions { MaxPodsPerPass = most }, seed, fingerprintEvery: 7);
            Checks = new SidecarPlanChecks(_world, most);
            _world.OnPlan = Checks.Check;
            foreach (string name in Names)
            {
                Make(name);
            }

            for (int i = 0; i < 8; i++)
            {
                AddPod();
            }
        }

        public SidecarPlanChecks Checks { get; }

        public void Step()
        {
            string name = Names[Number(2)];
            if (!IsThere(name))
            {
                // Another one of the name, which takes the pods on.
                Make(name);
            }

            switch (Number(20))
            {
                case 0 or 1 or 2:
                    _world.Apply(_world.SetOf(name).WithImage($"{name}:{Number(4)}"));
                    break;
                case 3 or 4:
                    Strategy(name);
                    break;
                case 5 when Chance(2):
                    _world.Apply(_world.SetOf(name).With(spec => spec with { Containers = [spec.Containers![0] with { Args = Chance(2) ? null : ["-v"] }] }));
                    break;
                case 6 or 7:
                    AddPod();
                    break;
                case 8:
                    OnPod(_world.Remove);
                    break;
                case 9:
                    OnPod(pod => _world.Apply(pod.WithLabel(Chance(2) ? "app" : "canary", Chance(2) ? "web" : "true")));
                    break;
                case 10:
                    OnPod(pod => _world.Sick.Add(pod.Metadata.Name));
                    break;
                case 11:
                    _world.Sick.Clear();
                    break;
                case 12:
                    // As a CloneSet updates the pod's own container, without a thought of the sidecars.
                    OnPod(pod => _world.Apply(pod with { Spec = pod.Spec with { Containers = [.. pod.Spec.Containers.Select(c => c.Name == "main" ? c with { Image = $"web:{Number(4)}" } : c)] } }));
                    break;
                case 13 when _world.Held.Count == 0:
                    _heldSince = _world.Now;
                    _world.Held.Add(Chance(2) ? typeof(V1Pod) : typeof(SidecarSet));
                    break;
                case 14:
                    _world.Held.Clear();
                    break;
                case 15:
                    _world.DiesAfterWrites = Number(5);
                    break;
                case 16:
                    _world.Remove(_world.SetOf(name));
                    break;
                case 17:
                    _world.Apply(_world.SetOf(name).With(spec => spec with { Namespace = Chance(2) ? "b" : null }));
                    break;
                case 18:
                    OnPod(pod => _world.Apply(Chance(2) ? pod with { Status = pod.Status with { Phase = PodState.Failed } } : pod with { Metadata = pod.Metadata with { DeletionTimestamp = _world.Now } }));
                    break;
                default:
                    int one = 2 + Number(5);
                    _world.Fails = _ => Chance(one) ? "the server does not want to" : null;
                    break;
            }

            // Not for so long that the controller is let go: it would not know what it does.
            int seconds = Number(40);
            if (_world.Held.Count > 0 && _world.Now.AddSeconds(seconds) - _heldSince >= CatchUpTracker.DefaultTimeout)
            {
                _world.Held.Clear();
            }

            _world.Pass(seconds, kubelets: Chance(3));
            if (Chance(2))
            {
                _world.Kubelet();
            }
        }

        public void ComeToRest()
        {
            _world.Fails = _ => null;
            _world.DiesAfterWrites = null;
            _world.Held.Clear();
            _world.Sick.Clear();
            _world.Pass(3600);
            foreach (string name in Names.Where(IsThere))
            {
                SidecarSet set = _world.SetOf(name);
                SidecarSetUpdateStrategy strategy = set.Spec.UpdateStrategy;
                var naive = new NaiveSidecarSet(set, _world.AllPods);
                SidecarSetNumbers numbers = SidecarSetNumbers.Of(strategy, naive.Matched.Count);
                Assert.Equal(
                    new SidecarSetStatus
                    {
                        ObservedGeneration = set.Metadata.Generation ?? 0,
                        MatchedPods = naive.Matched.Count,
                        UpdatedPods = naive.Updated.Count,
                        ReadyPods = naive.Matched.Count,
                        UpdatedReadyPods = naive.Updated.Count,
                    },
                    set.Status);
                if (strategy is { Paused: false, Type: SidecarSetUpdateStrategy.RollingUpdate } && numbers.MaxUnavailable > 0)
                {
                    Assert.InRange(naive.Waiting.Count, 0, numbers.Partition);
                }

                Assert.All(naive.Updated, pod => Assert.Equal(set.Spec.Containers![0].Image, SidecarSamples.ImageOf(pod, set.Spec.Containers[0].Name)));
            }

            Assert.Equal(0, _world.Loop.CatchUpTimeouts);
            (int writes, long reconciles) = (_world.Writes.Count, _world.Reconciles);
            _world.Pass(3600);
            Assert.Equal((writes, reconciles), (_world.Writes.Count, _world.Reconciles));
        }

        private int Number(int below) => (int)_random.Next(below);

        private bool IsThere(string name) => _world.Get<SidecarSet>(ObjectKey.Cluster(name)) is not null;

        private void Make(string name)
        {
            SidecarSet set = SidecarSamples.Set(name: name, container: name == SidecarSamples.SetName ? SidecarSamples.Agent : "other");
            _world.Apply(set with { Metadata = set.Metadata with { Uid = $"{name}-{_sets++}" } });
        }

        private bool Chance(int oneIn) => _random.Next(oneIn) == 0;

        private void AddPod() => _world.AddPods(SidecarSamples.Bare($"p{_pods++}", Chance(6) ? "else" : "web", Chance(3) ? "b" : "default", ("canary", Chance(2) ? "true" : "false"), ("zone", $"{Number(3)}")));

        private void OnPod(Action<V1Pod> act)
        {
            if (_world.AllPods is { Count: > 0 } pods)
            {
                act(pods[Number(pods.Count)]);
            }
        }

        private void Strategy(string name) => _world.Apply(_world.SetOf(name).WithStrategy(_ => new SidecarSetUpdateStrategy
        {
            Type = Chance(6) ? SidecarSetUpdateStrategy.NotUpdate : null,
            Paused = Chance(6),
            Selector = Chance(3) ? SidecarSamples.Select(("canary", "true")) : null,
            Partition = Chance(2) ? null : Chance(2) ? $"{Number(100)}%" : Number(5),
            MaxUnavailable = Chance(3) ? null : Chance(2) ? $"{Number(100)}%" : Number(5),
            ScatterStrategy = Chance(3) ? [new UpdateScatterTerm { Key = "zone", Value = Chance(2) ? "*" : "1" }] : null,
        }));
    }
}
