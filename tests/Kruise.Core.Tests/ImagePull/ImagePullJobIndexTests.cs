using CsCheck;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.ImagePull;

public sealed class ImagePullJobIndexTests
{
    private static readonly string[] NodeNames = ["a", "b", "c", "d", "e", "f"];
    private static readonly string[] JobNames = ["j0", "j1", "j2"];
    private static readonly string[] Uids = ["u0", "u1", "u2", "u3"];
    private static readonly (string Image, string Tag)[] Tags = [("nginx", "1"), ("nginx", "2"), ("redis", "1")];
    private static readonly string[] Phases = [ImagePullPhase.Waiting, ImagePullPhase.Pulling, ImagePullPhase.Succeeded, ImagePullPhase.Failed];

    [Fact]
    public void Any_sequence_of_changes_gives_what_a_full_computation_gives() =>
        Gen.ULong.Array[0, 60].Sample(changes =>
        {
            var index = new ImagePullJobIndex();
            var jobs = new Dictionary<string, ImagePullJob>();
            var nodes = new Dictionary<string, NodeImage>();
            foreach (ulong draw in changes)
            {
                var random = new RandomStream(draw);
                if (random.Next(3) == 0)
                {
                    string name = Pick(random, JobNames);
                    Change(index, jobs, name, random.Next(6) == 0 ? null : NextJob(random, name, jobs.GetValueOrDefault(name)));
                }
                else
                {
                    string name = Pick(random, NodeNames);
                    NodeImage? old = nodes.GetValueOrDefault(name);
                    NodeImage? current = random.Next(8) == 0 ? null : NextNode(random, name, old);
                    Change(index, nodes, name, current);
                    var keys = new List<ObjectKey>();
                    index.AddJobsMovedBy(old, current, keys);
                    string[] moved =
                    [
                        .. jobs.Values
                            .Where(j => j.Status.CompletionTime is null && NaiveProgress.StateOf(j, old, true) != NaiveProgress.StateOf(j, current, true))
                            .Select(j => j.Metadata.Name).Order(StringComparer.Ordinal),
                    ];
                    Assert.Equal(moved, keys.Select(k => k.Name).Order(StringComparer.Ordinal));
                }

                Compare(index, jobs, nodes);
            }
        }, iter: 300);

    [Fact]
    public void Taking_in_the_same_change_twice_changes_nothing()
    {
        var index = new ImagePullJobIndex();
        ImagePullJob job = NextJob(new RandomStream(1), "j0", null) with { Spec = new ImagePullJobSpec { Image = "nginx:1" } };
        var node = new NodeImage { Metadata = new V1ObjectMeta { Name = "a" } };
        for (int i = 0; i < 2; i++)
        {
            index.OnChange(new ObjectChange(null, job));
            index.OnChange(new ObjectChange(null, node));
        }

        Assert.Equal(1, index.Progress(ObjectKey.Of(job))!.Desired);
    }

    private static void Compare(ImagePullJobIndex index, Dictionary<string, ImagePullJob> jobs, Dictionary<string, NodeImage> nodes)
    {
        foreach (string name in JobNames)
        {
            NaiveProgress? expected = jobs.TryGetValue(name, out ImagePullJob? job) && job.Status.CompletionTime is null
                ? NaiveProgress.Of(job, nodes.Values)
                : null;
            ImagePullJobProgress? progress = index.Progress(new ObjectKey("default", name));
            Assert.Equal(expected, NaiveProgress.In(progress));
            if (progress is not null)
            {
                Assert.Equal(progress.Desired, progress.NotSynced + progress.Pulling + progress.Succeeded + progress.Failed);
            }
        }

        foreach (string uid in Uids)
        {
            IEnumerable<string> owned = nodes.Values
                .Where(n => (n.Spec.Images?.Values ?? []).Any(i => i.Tags.Any(t => t.OwnerReferences!.Any(o => o.Uid == uid))))
                .Select(n => n.Metadata.Name);
            Assert.Equal(owned.Order(StringComparer.Ordinal), index.NodesOwnedBy(uid));
        }
    }

    private static void Change<T>(ImagePullJobIndex index, Dictionary<string, T> objects, string name, T? current)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        T? old = objects.GetValueOrDefault(name);
        if (current is not null)
        {
            objects[name] = current;
        }
        else if (!objects.Remove(name))
        {
            return;
        }

        index.OnChange(new ObjectChange(old, current));
    }

    private static ImagePullJob NextJob(RandomStream random, string name, ImagePullJob? old)
    {
        ImagePullJobSpec spec = old is not null && random.Next(2) == 0
            ? old.Spec
            : new ImagePullJobSpec
            {
                Image = Pick(random, ["nginx:1", "docker.io/library/nginx:1", "nginx:2", "redis:1"]),
                Selector = random.Next(6) switch
                {
                    0 => null,
                    1 => new ImagePullJobNodeSelector { Names = [] },
                    2 => new ImagePullJobNodeSelector { Names = ["d", "a", "nowhere", "d", "c"] },
                    3 => new ImagePullJobNodeSelector { MatchLabels = new Dictionary<string, string> { ["zone"] = "x" } },
                    4 => new ImagePullJobNodeSelector { MatchExpressions = [new() { Key = "zone", OperatorProperty = "Exists" }] },
                    _ => new ImagePullJobNodeSelector { MatchExpressions = [new() { Key = "zone", OperatorProperty = "DoesNotExist" }] },
                },
            };
        // One uid a name, but now and then another object of the same name takes its place.
        string uid = name == "j0" && random.Next(4) == 0 ? "u3" : "u" + name[1];
        return new ImagePullJob
        {
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default", Uid = uid },
            Spec = spec,
            Status = new ImagePullJobStatus { CompletionTime = random.Next(6) == 0 ? TestCluster.Start : null },
        };
    }

    private static NodeImage NextNode(RandomStream random, string name, NodeImage? old)
    {
        NodeImage node = old ?? new NodeImage { Metadata = new V1ObjectMeta { Name = name } };
        if (random.Next(4) == 0)
        {
            string? zone = Pick(random, [null, "x", "y"]);
            node = node with { Metadata = new V1ObjectMeta { Name = name, Labels = zone is null ? null : new Dictionary<string, string> { ["zone"] = zone } } };
        }

        if (random.Next(2) == 0)
        {
            node = node with { Spec = new NodeImageSpec { Images = Map(random, tag => new ImageTagSpec { Tag = tag, Version = random.Next(3), OwnerReferences = Owners(random) }, tags => new ImageSpec { Tags = tags }) } };
        }

        if (random.Next(2) == 0)
        {
            node = node with { Status = new NodeImageStatus { ImageStatuses = Map(random, tag => new ImageTagStatus { Tag = tag, Version = random.Next(3), Phase = Pick(random, Phases) }, tags => new ImageStatus { Tags = tags }) } };
        }

        return node;
    }

    private static Dictionary<string, TImage> Map<TTag, TImage>(RandomStream random, Func<string, TTag> tag, Func<TTag[], TImage> image) =>
        Tags.Where(_ => random.Next(4) != 0).ToArray().GroupBy(t => t.Image).ToDictionary(g => g.Key, g => image([.. g.Select(t => tag(t.Tag))]));

    private static V1ObjectReference[] Owners(RandomStream random) =>
    [
        .. Uids.Where(_ => random.Next(2) == 0).Select(uid => new V1ObjectReference { ApiVersion = KruiseGroup.V1Alpha1, Kind = ImagePullJob.KindName, Uid = uid }),
    ];

    private static T Pick<T>(RandomStream random, T[] from) => from[random.Next(from.Length)];
}
