using CsCheck;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Xunit;

namespace Kruise.Sim.Tests.Cluster;

/// <summary>Random requests against a model of a few lines, and watches held against the states they should have seen.</summary>
public sealed class ApiServerProperties
{
    private enum Verb
    {
        Create,
        Update,
        UpdateStatus,
        Delete,
    }

    private enum Version
    {
        Latest,
        Old,
        None,
    }

    private sealed record Request(Verb Verb, int Name, int Spec, int Label, int Status, bool Finalizer, Version Version, int AfterMilliseconds);

    private static readonly Gen<Request[]> Requests =
        Gen.Select(
            Gen.Enum<Verb>(), Gen.Int[0, 3], Gen.Int[0, 1], Gen.Int[0, 1], Gen.Int[0, 1],
            Gen.Bool, Gen.Frequency((6, Gen.Const(Version.Latest)), (1, Gen.Const(Version.Old)), (1, Gen.Const(Version.None))), Gen.Int[0, 10])
        .Select((verb, name, spec, label, status, finalizer, version, after) => new Request(verb, name, spec, label, status, finalizer, version, after))
        .Array[0, 60];

    [Fact]
    public void Answers_and_states_follow_the_naive_model() => Requests.Sample(
        requests =>
        {
            var loop = new EventLoop();
            var server = new ApiServer(loop, RandomStream.Named(1, "api"), StandardKinds.Registry());
            var model = new NaiveStore();
            foreach (Request request in requests)
            {
                Assert.Equal(model.Answer(request), Send(server, request, model).Code);
                Assert.Equal(model.Revision, server.Revision);
                IEnumerable<NaiveObject> stored = server.List(typeof(ImagePullJob)).Items.Cast<ImagePullJob>().Select(NaiveObject.Of);
                Assert.Equal(model.Objects.Values, stored);
            }
        },
        iter: 1500);

    [Fact]
    public void Watches_lose_nothing_repeat_nothing_and_end_with_the_stored_state() => Gen.Select(Requests, Gen.Int[1, 80], Gen.ULong).Sample(
        (requests, retained, seed) =>
        {
            var loop = new EventLoop();
            var random = RandomStream.Named(seed, "delays");
            var server = new ApiServer(loop, RandomStream.Named(1, "api"), StandardKinds.Registry(), new ApiServerOptions { RetainedChanges = retained });
            MirrorSink prompt = new(), slow = new(), single = new();
            server.Watch(typeof(ImagePullJob), null, 0, static () => SimTime.Zero, prompt, out _);
            server.Watch(typeof(ImagePullJob), null, 0, () => new SimTime(random.Next(50_000_000)), slow, out WatchStream? slowWatch);
            server.Watch(typeof(ImagePullJob), Key(0), 0, () => new SimTime(random.Next(50_000_000)), single, out _);
            var model = new NaiveStore();
            var states = new List<Dictionary<ObjectKey, IKubernetesObject<V1ObjectMeta>>> { new() };
            foreach (Request request in requests)
            {
                Pass(loop, SimTime.FromMilliseconds(request.AfterMilliseconds));
                model.Answer(request);
                Send(server, request, model);
                if (server.Revision == states.Count)
                {
                    states.Add(State(server));
                }
            }

            Run(loop);
            Assert.Equal(Enumerable.Range(1, (int)server.Revision).Select(r => (long)r), prompt.Revisions);
            Assert.Equal(prompt.Revisions, slow.Revisions);
            Assert.Equal(states[^1], prompt.Objects);
            Assert.Equal(states[^1], slow.Objects);
            Assert.Equal(states[^1].Where(entry => entry.Key == Key(0)), single.Objects);
            Assert.Equal(server.Revision, slowWatch!.Revision);
            Assert.Equal(Math.Max(0, server.Revision - retained), server.CompactedRevision);

            // A watch from any revision either is refused or makes of the state then the state now.
            for (int revision = 1; revision <= server.Revision; revision++)
            {
                MirrorSink all = new() { Objects = new(states[revision]) };
                MirrorSink one = new() { Objects = new(states[revision].Where(entry => entry.Key == Key(0))) };
                int expected = revision < server.CompactedRevision ? 410 : 200;
                Assert.Equal(expected, server.Watch(typeof(ImagePullJob), null, revision, static () => SimTime.Zero, all, out _).Code);
                Assert.Equal(expected, server.Watch(typeof(ImagePullJob), Key(0), revision, static () => SimTime.Zero, one, out _).Code);
                Run(loop);
                if (expected == 200)
                {
                    Assert.Equal(states[^1], all.Objects);
                    Assert.Equal(server.Revision - revision, all.Revisions.Count);
                    Assert.Equal(states[^1].Where(entry => entry.Key == Key(0)), one.Objects);
                }
            }

            server.VerifyUnchanged();
        },
        iter: 400);

    [Fact]
    public void The_same_seed_gives_the_same_log() => Requests.Sample(
        requests => Assert.Equal(Play(requests), Play(requests)),
        iter: 100);

    private static (ulong Hash, string Uids) Play(Request[] requests)
    {
        var loop = new EventLoop();
        var server = new ApiServer(loop, RandomStream.Named(1, "api"), StandardKinds.Registry());
        server.Watch(typeof(ImagePullJob), null, 0, static () => SimTime.FromMilliseconds(1), new MirrorSink(), out _);
        var model = new NaiveStore();
        foreach (Request request in requests)
        {
            model.Answer(request);
            Send(server, request, model);
        }

        Run(loop);
        return (loop.Hash, string.Join(' ', server.List(typeof(ImagePullJob)).Items.Select(o => o.Metadata.Uid)));
    }

    private static ObjectKey Key(int name) => new("default", "job-" + name);

    private static Dictionary<ObjectKey, IKubernetesObject<V1ObjectMeta>> State(ApiServer server) =>
        server.List(typeof(ImagePullJob)).Items.ToDictionary(ObjectKey.Of);

    private static ApiResult Send(ApiServer server, Request request, NaiveStore model)
    {
        if (request.Verb == Verb.Delete)
        {
            return server.Delete(typeof(ImagePullJob), Key(request.Name));
        }

        long revision = model.SentRevision;
        var job = new ImagePullJob
        {
            Metadata = new V1ObjectMeta
            {
                Name = Key(request.Name).Name,
                NamespaceProperty = "default",
                Labels = new Dictionary<string, string> { ["l"] = request.Label.ToString() },
                Finalizers = request.Finalizer ? ["k.io/f"] : null,
                ResourceVersion = revision == 0 ? null : revision.ToString(),
            },
            Spec = new ImagePullJobSpec { Image = request.Spec.ToString() },
            Status = new ImagePullJobStatus { Desired = request.Status },
        };
        return request.Verb switch
        {
            Verb.Create => server.Create(job),
            Verb.Update => server.Update(job),
            _ => server.UpdateStatus(job),
        };
    }

    private static void Run(EventLoop loop)
    {
        while (loop.Step(SimTime.MaxValue))
        {
        }
    }

    private static void Pass(EventLoop loop, SimTime time)
    {
        SimTime until = loop.Now + time;
        loop.Schedule(until, new Nothing(), 0);
        while (loop.Step(until))
        {
        }
    }

    private sealed class Nothing : IEventTarget
    {
        public void OnEvent(int kind, long argument, object? state)
        {
        }
    }

    private sealed record NaiveObject(int Name, int Spec, int Label, int Status, bool Finalizer, bool Deleting, long Generation, long Revision)
    {
        public static NaiveObject Of(ImagePullJob job) => new(
            int.Parse(job.Metadata.Name["job-".Length..]),
            int.Parse(job.Spec.Image),
            int.Parse(job.Metadata.Labels["l"]),
            job.Status.Desired,
            job.Metadata.Finalizers is { Count: > 0 },
            job.Metadata.DeletionTimestamp is not null,
            job.Metadata.Generation!.Value,
            ApiServer.RevisionOf(job));
    }

    private sealed class NaiveStore
    {
        public SortedDictionary<int, NaiveObject> Objects { get; } = [];

        public long Revision { get; private set; }

        /// <summary>The resourceVersion that the request just answered carries; 0 for none.</summary>
        public long SentRevision { get; private set; }

        public int Answer(Request r)
        {
            NaiveObject? old = Objects.GetValueOrDefault(r.Name);
            SentRevision = r.Verb == Verb.Create ? 0 : (r.Version, old) switch
            {
                (Version.None, _) => 0,
                (_, null) => 1,
                (Version.Old, _) => old.Revision + 1,
                _ => old.Revision,
            };
            switch (r.Verb)
            {
                case Verb.Create when old is not null:
                    return 409;
                case Verb.Create:
                    Objects[r.Name] = new NaiveObject(r.Name, r.Spec, r.Label, 0, r.Finalizer, false, 1, ++Revision);
                    return 201;
                case var _ when old is null:
                    return 404;
                case Verb.Delete:
                    if (!old.Finalizer)
                    {
                        Remove(r.Name);
                    }
                    else if (!old.Deleting)
                    {
                        Objects[r.Name] = old with { Deleting = true, Generation = old.Generation + 1, Revision = ++Revision };
                    }

                    return 200;
                case var _ when SentRevision == 0:
                    return 422;
                case var _ when SentRevision != old.Revision:
                    return 409;
                case Verb.UpdateStatus:
                    Objects[r.Name] = old.Status == r.Status ? old : old with { Status = r.Status, Revision = ++Revision };
                    return 200;
                case var _ when old is { Deleting: true, Finalizer: false } || (old.Deleting && r.Finalizer && !old.Finalizer):
                    return 422;
                case var _ when old.Deleting && !r.Finalizer:
                    Remove(r.Name);
                    return 200;
                default:
                    NaiveObject wanted = old with { Spec = r.Spec, Label = r.Label, Finalizer = r.Finalizer };
                    if (wanted != old)
                    {
                        Objects[r.Name] = wanted with { Generation = old.Generation + (r.Spec != old.Spec ? 1 : 0), Revision = ++Revision };
                    }

                    return 200;
            }
        }

        private void Remove(int name)
        {
            Objects.Remove(name);
            Revision++;
        }
    }
}
