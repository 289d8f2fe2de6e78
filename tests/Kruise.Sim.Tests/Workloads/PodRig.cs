using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Tests.Images;
using Kruise.Sim.Workloads;

namespace Kruise.Sim.Tests.Workloads;

/// <summary>
/// An API server and nodes with kubelets whose every latency is a round number: sync 0.1, sandbox 1, create 0.2, start 0.3, notice 0.5, cleanup 2 s, API
/// 0.02, watch 0.01.
/// An image of 1 MB takes 1 s to pull, and containers take 0.5 s to stop.
/// </summary>
internal sealed class PodRig
{
    public const double Watch = 0.01;
    public const double Sync = 0.1;
    public const double Sandbox = 1;
    public const double Create = 0.2;
    public const double Start = 0.3;
    public const double Noticed = 0.5;
    public const double Cleanup = 2;
    public const double Api = 0.02;

    /// <summary>A status travels with a read before it.</summary>
    public const double Report = Api * 1.5;
    public const double StopTime = 0.5;

    public PodRig(KubeletParameters? parameters = null, int nodes = 1)
    {
        World = new PullWorld();
        Server = new ApiServer(World.Loop, RandomStream.Named(3, "api"), StandardKinds.Registry());
        Kubelets = new KubeletWorld(World.Loop, Server, World.Catalog, Constant(Api), Constant(Watch), Seen);
        for (int i = 0; i < nodes; i++)
        {
            string name = $"n{i}";
            Server.Create(new V1Node
            {
                ApiVersion = "v1",
                Kind = "Node",
                Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string> { ["kubernetes.io/hostname"] = name } },
                Status = new V1NodeStatus { Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }] },
            });
            Runtimes.Add(World.AddNode(number: i));
            Nodes.Add(new Kubelet(Kubelets, i, name, Runtimes[i], parameters ?? Constants, RandomStream.Named(3, "kubelet " + name)));
            Nodes[i].Begin();
        }
    }

    public static KubeletParameters Constants { get; } = new()
    {
        SyncLatency = Constant(Sync),
        SandboxLatency = Constant(Sandbox),
        CreateLatency = Constant(Create),
        StartLatency = Constant(Start),
        StatusLatency = Constant(Noticed),
        CleanupLatency = Constant(Cleanup),
        RestartLatency = Constant(30),
        ApiQps = double.PositiveInfinity,
    };

    public PullWorld World { get; }

    public ApiServer Server { get; }

    public KubeletWorld Kubelets { get; }

    public List<NodeRuntime> Runtimes { get; } = [];

    public List<Kubelet> Nodes { get; } = [];

    public SeenPods Seen { get; } = new();

    public double Now => World.Loop.Now.Seconds;

    public static LatencyDistribution Constant(double seconds) => LatencyDistribution.Constant(SimTime.FromSeconds(seconds));

    public static V1Container Container(string name = "main", string image = "app:1", string? policy = null) => new() { Name = name, Image = image, ImagePullPolicy = policy };

    /// <summary>A pod on the first node unless the edit says otherwise.</summary>
    public V1Pod Add(string name = "p", Func<V1PodSpec, V1PodSpec>? edit = null, params V1Container[] containers)
    {
        var spec = new V1PodSpec { NodeName = "n0", Containers = containers.Length == 0 ? [Container()] : containers };
        ApiResult result = Server.Create(new V1Pod
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" },
            Spec = edit is null ? spec : edit(spec),
        });
        return (V1Pod)(result.Object ?? throw new InvalidOperationException(result.Message));
    }

    public V1Pod? Find(string name = "p") => Server.Peek<V1Pod>(Key(name));

    public V1Pod Pod(string name = "p") => Find(name)!;

    public V1ContainerStatus Status(string container = "main", string name = "p") => Pod(name).Status.ContainerStatuses?.Single(c => c.Name == container) ?? None;

    private static readonly V1ContainerStatus None = new() { State = new V1ContainerState() };

    public bool IsReady(string name = "p") => PodConditions.IsTrue(Pod(name).Status.Conditions, "Ready");

    public static ObjectKey Key(string name = "p") => new("default", name);

    /// <summary>Moves time to a moment.</summary>
    public void Run(double untilSeconds)
    {
        World.At(untilSeconds, static () => { });
        World.Run(untilSeconds);
    }

    /// <summary>Runs until something holds, and says when; it is looked at after every event.</summary>
    public double RunUntil(Func<bool> holds, double atMost = 10_000)
    {
        while (!holds())
        {
            if (!World.Loop.Step(SimTime.FromSeconds(atMost)))
            {
                throw new InvalidOperationException($"It did not happen before {Now} s.");
            }
        }

        return Now;
    }

    public void ChangeImage(string container, string image, string name = "p") => Server.Patch<V1Pod>(Key(name), pod => pod with
    {
        Spec = pod.Spec with { Containers = [.. pod.Spec.Containers.Select(c => c.Name == container ? c with { Image = image } : c)] },
    });

    public void Delete(string name = "p", long? grace = null) => Server.Delete(typeof(V1Pod), Key(name), new DeleteOptions(GraceSeconds: grace));

    /// <summary>What an observer heard, one line each with its time.</summary>
    internal sealed class SeenPods : IPodObserver
    {
        public List<string> Lines { get; } = [];

        public List<(string Container, SimTime Waited)> Pulls { get; } = [];

        public void Bound(V1Pod pod, string node) => Lines.Add($"bound {node}");

        public void SyncStarted(V1Pod pod) => Lines.Add("sync");

        public void SandboxReady(V1Pod pod) => Lines.Add("sandbox");

        public void ImageWanted(V1Pod pod, string container, string image, bool present) => Lines.Add($"image {container} {present}");

        public void PullStarted(V1Pod pod, string container, SimTime waited)
        {
            Lines.Add($"pull {container}");
            Pulls.Add((container, waited));
        }

        public void PullEnded(V1Pod pod, string container, PullResult? result, string? error) => Lines.Add($"pulled {container} {error ?? "ok"}");

        public void ContainerStarted(V1Pod pod, string container, int restartCount) => Lines.Add($"started {container} {restartCount}");

        public void ContainerStopping(V1Pod pod, string container) => Lines.Add($"stopping {container}");

        public void ContainerStopped(V1Pod pod, string container, int exitCode) => Lines.Add($"stopped {container} {exitCode}");

        public void NodeLost(V1Pod pod) => Lines.Add("node lost");

        public void ReadinessChanged(V1Pod pod, string container, bool ready) => Lines.Add($"ready {container} {ready}");
    }
}
