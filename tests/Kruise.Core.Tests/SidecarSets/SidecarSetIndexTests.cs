using System.Globalization;
using CsCheck;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Kruise.Core.Tests.Workloads;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>The index against a computation from lists, and the reasons for a look against what has changed, over random lives of pods and sets.</summary>
public sealed class SidecarSetIndexTests
{
    private static readonly string[] Sets = ["agents", "others"];

    [Fact]
    public void The_index_says_what_a_count_of_everything_says() => Gen.ULong.Sample(Live, iter: 200);

    private static void Live(ulong seed)
    {
        var life = new Life(seed);
        for (int i = 0; i < 60; i++)
        {
            life.Step();
        }
    }

    private sealed class Life
    {
        private readonly RandomStream _random;
        private readonly ObjectCache _cache;
        private readonly SidecarSetReconciler _reconciler = new(SidecarSetOptions.Default);
        private long _version;

        public Life(ulong seed)
        {
            _random = new RandomStream(seed);
            _cache = new ObjectCache(_reconciler.Indexes, fingerprintEvery: 1);
        }

        private int Number(int below) => (int)_random.Next(below);

        public void Step()
        {
            string set = Sets[Number(2)];
            if (Number(4) == 0)
            {
                ChangeSet(set, _cache.Get<SidecarSet>(ObjectKey.Cluster(set)));
            }
            else
            {
                ChangePod(new ObjectKey(new[] { "a", "b", "kube-system" }[Number(8) / 3], $"p{Number(6)}"));
            }
        }

        private void ChangeSet(string name, SidecarSet? set)
        {
            if (set is null)
            {
                Store(SidecarSamples.Set($"{name}:{Number(3)}", name: name, container: name));
                return;
            }

            switch (Number(8))
            {
                case 0:
                    Delete(set);
                    break;
                case 1 or 2:
                    Store(set.WithImage($"{name}:{Number(3)}"));
                    break;
                case 3:
                    Store(set.With(spec => spec with { Containers = [spec.Containers![0] with { Args = Number(2) == 0 ? null : ["-v"] }] }));
                    break;
                case 4:
                    Store(set.WithStrategy(strategy => strategy with { Selector = Number(2) == 0 ? null : SidecarSamples.Select(("canary", "true")), Partition = Number(3) }));
                    break;
                case 5:
                    Store(set.With(spec => spec with { Namespace = Number(2) == 0 ? null : "a" }));
                    break;
                case 6:
                    Store(set with { Metadata = set.Metadata with { Annotations = Number(2) == 0 ? null : SidecarSetDefaults.Apply(set).Metadata.Annotations } });
                    break;
                default:
                    Store(set.With(spec => spec with { Selector = SidecarSamples.Select(Number(2) == 0 ? ("app", "web") : ("tier", "1")) }));
                    break;
            }
        }

        private void ChangePod(ObjectKey key)
        {
            V1Pod? pod = _cache.Get<V1Pod>(key);
            if (pod is null)
            {
                V1Pod bare = SidecarSamples.Bare(key.Name, Number(5) == 0 ? "else" : "web", key.Namespace, ("canary", Number(2) == 0 ? "true" : "false"), ("tier", "1"));
                Store(bare.Running([.. _cache.List<SidecarSet>()]));
                return;
            }

            SidecarSet[] sets = [.. _cache.List<SidecarSet>()];
            switch (Number(10))
            {
                case 0:
                    Delete(pod);
                    break;
                case 1:
                    Store(pod.Runs(ready: Number(2) == 0));
                    break;
                case 2:
                    Store(pod with { Status = pod.Status with { Phase = new[] { "Pending", "Running", "Failed", "Unknown" }[Number(4)] } });
                    break;
                case 3:
                    Store(pod.WithLabel("app", Number(2) == 0 ? "web" : "else"));
                    break;
                case 4:
                    Store(pod.WithLabel("canary", Number(2) == 0 ? "true" : "false"));
                    break;
                case 5 when sets.Length > 0:
                    Store(SidecarUpgrade.Apply(pod, sets[Number(sets.Length)], SidecarSetWorld.Start));
                    break;
                case 6:
                    Store(pod with { Metadata = pod.Metadata with { DeletionTimestamp = SidecarSetWorld.Start } });
                    break;
                case 7:
                    Store(pod.WithAnnotation(SidecarSetKeys.Hash, new[] { "garbage", """{"agents":"x"}""", """{"others":{"hash":"y"},"agents":{"hash":"z"}}""" }[Number(3)]));
                    break;
                case 8:
                    Store(SidecarSamples.Bare(key.Name, @namespace: key.Namespace).Running(sets));
                    break;
                default:
                    int restarts = Number(3);
                    Store(pod with { Status = pod.Status with { ContainerStatuses = [.. pod.Status.ContainerStatuses.Select(s => s with { RestartCount = restarts })] } });
                    break;
            }
        }

        private void Store(IKubernetesObject<V1ObjectMeta> obj)
        {
            string version = (++_version).ToString(CultureInfo.InvariantCulture);
            Changed(() => _cache.Store(
                obj is V1Pod pod ? pod with { Metadata = pod.Metadata with { ResourceVersion = version } }
                : ((SidecarSet)obj) with { Metadata = obj.Metadata with { ResourceVersion = version } },
                out ObjectChange change) ? change : null);
        }

        private void Delete(IKubernetesObject<V1ObjectMeta> obj) =>
            Changed(() => _cache.Delete(obj.GetType(), ObjectKey.Of(obj), ++_version, out ObjectChange change) ? change : null);

        private void Changed(Func<ObjectChange?> apply)
        {
            Dictionary<string, NaiveSidecarSet> before = Naive();
            ObjectChange change = apply()!.Value;
            Dictionary<string, NaiveSidecarSet> after = Naive();
            foreach (string name in Sets)
            {
                SidecarSetPods pods = _cache.Index<SidecarSetIndex>().Of(name);
                NaiveSidecarSet? naive = after.GetValueOrDefault(name);
                Assert.Equal(naive?.Counts ?? "0 0 0 0 0 0", $"{pods.Matched} {pods.Updated} {pods.Ready} {pods.UpdatedReady} {pods.OutOfReach} {pods.WaitingUnready}");
                Assert.Equal(naive?.Matched ?? [], pods.All.Select(entry => entry.Pod));
                Assert.Equal(naive?.Waiting ?? [], pods.Waiting.Select(entry => entry.Pod));
            }

            if (change.Object is V1Pod)
            {
                List<ObjectKey> keys = [];
                _reconciler.Map(change, _cache, keys);
                Assert.Equal(after.Keys.Where(name => Seen(before[name], change.Old) != Seen(after[name], change.New)).Order(StringComparer.Ordinal), keys.Select(key => key.Name).Order(StringComparer.Ordinal));
            }
        }

        private static string Seen(NaiveSidecarSet set, IKubernetesObject<V1ObjectMeta>? pod) => pod is V1Pod seen && set.Matched.Contains(seen) ? set.Of(seen) : "";

        private Dictionary<string, NaiveSidecarSet> Naive() =>
            _cache.List<SidecarSet>().ToDictionary(set => set.Metadata.Name, set => new NaiveSidecarSet(set, [.. _cache.List<V1Pod>()]), StringComparer.Ordinal);
    }
}
