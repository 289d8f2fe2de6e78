using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;

namespace Kruise.Live.Tests.Hollow;

/// <summary>
/// A pod on a hollow node: what a kubelet does about it, by script. It runs the containers, reports what they are as a kubelet of 1.20 over containerd does,
/// restarts a container whose image was changed, holds readiness gates against the conditions that others write, and lets the pod go when it is deleted.
/// </summary>
internal sealed class HollowPod
{
    private static readonly TimeSpan s_stop = TimeSpan.FromMilliseconds(50);

    private readonly ApiClient _client;
    private readonly Func<string, ContainerScript> _script;
    private readonly Func<string, bool> _isLost;
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, Container> _containers = new(StringComparer.Ordinal);
    private readonly DateTime _startedAt = DateTime.UtcNow;
    private volatile V1Pod _pod;

    /// <param name="pod">The pod as it was bound.</param>
    /// <param name="client">May do everything.</param>
    /// <param name="script">How a container of an image goes.</param>
    /// <param name="isLost">Whether a node is lost: nothing happens on it then.</param>
    public HollowPod(V1Pod pod, ApiClient client, Func<string, ContainerScript> script, Func<string, bool> isLost)
    {
        _isLost = isLost;
        _pod = pod;
        _client = client;
        _script = script;
        _news.Writer.TryWrite(true);
    }

    private string Path => ResourceKind.Of<V1Pod>().Path(ObjectKey.Of(_pod));

    public void Changed(V1Pod pod)
    {
        _pod = pod;
        _news.Writer.TryWrite(true);
    }

    /// <summary>Until the pod is gone.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (_pod.Metadata.DeletionTimestamp is null)
        {
            await OnNodeAsync(cancellation);
            DateTime? next = Advance(DateTime.UtcNow);
            await ReportAsync(cancellation);
            await WaitAsync(next, cancellation);
        }

        await Task.Delay(s_stop, cancellation);
        await OnNodeAsync(cancellation);
        await TryAsync(() => _client.SendJsonAsync(
            HttpMethod.Delete,
            Path,
            new JsonObject { ["gracePeriodSeconds"] = 0, ["preconditions"] = new JsonObject { ["uid"] = _pod.Metadata.Uid } },
            cancellation));
    }

    private async Task OnNodeAsync(CancellationToken cancellation)
    {
        while (_isLost(_pod.Spec.NodeName))
        {
            await _news.Reader.ReadAsync(cancellation);
        }
    }

    // What has come about by now; when the next thing will.
    private DateTime? Advance(DateTime now)
    {
        DateTime? next = null;
        foreach (V1Container wanted in _pod.Spec.Containers)
        {
            if (!_containers.TryGetValue(wanted.Name, out Container? container))
            {
                _containers.Add(wanted.Name, container = new Container());
                container.Begin(wanted.Image, _script(wanted.Image), now);
            }
            else if (container.Wanted != wanted.Image)
            {
                container.Restarts++;
                container.Begin(wanted.Image, _script(wanted.Image), now);
            }

            if (container.Advance(now) is { } at && (next is null || at < next))
            {
                next = at;
            }
        }

        return next;
    }

    private async Task WaitAsync(DateTime? next, CancellationToken cancellation)
    {
        if (next is null)
        {
            await _news.Reader.ReadAsync(cancellation);
            return;
        }

        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        TimeSpan wait = next.Value - DateTime.UtcNow;
        timer.CancelAfter(wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(1));
        try
        {
            await _news.Reader.ReadAsync(timer.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The next thing is due.
        }
    }

    private async Task ReportAsync(CancellationToken cancellation)
    {
        V1Pod pod = _pod;
        bool allReady = _containers.Values.All(container => container.IsReady);
        bool gatesOpen = (pod.Spec.ReadinessGates ?? []).All(gate => StatusOf(pod, gate.ConditionType) == "True");
        var conditions = new JsonArray();
        Report(conditions, pod, "Initialized", true, null);
        Report(conditions, pod, "PodScheduled", true, null);
        Report(conditions, pod, "ContainersReady", allReady, "ContainersNotReady");
        Report(conditions, pod, "Ready", allReady && gatesOpen, allReady ? "ReadinessGatesNotReady" : "ContainersNotReady");
        var containers = new JsonArray([.. pod.Spec.Containers.Select(container => (JsonNode)_containers[container.Name].Status(container.Name))]);
        string phase = _containers.Values.All(container => container.HasRun) ? "Running" : "Pending";
        if (conditions.Count == 0 && phase == pod.Status?.Phase && IsReported(pod))
        {
            return;
        }

        var status = new JsonObject
        {
            ["phase"] = phase,
            ["startTime"] = Time(_startedAt),
            ["conditions"] = conditions,
            ["containerStatuses"] = containers,
        };
        await TryAsync(() => _client.SendJsonAsync(
            HttpMethod.Patch,
            Path + "/status",
            new JsonObject { ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid }, ["status"] = status },
            cancellation,
            "application/strategic-merge-patch+json"));
    }

    private bool IsReported(V1Pod pod) => pod.Spec.Containers.All(wanted =>
        pod.Status.ContainerStatuses?.FirstOrDefault(status => status.Name == wanted.Name) is { } status && _containers[wanted.Name].Is(status));

    private static void Report(JsonArray conditions, V1Pod pod, string type, bool holds, string? reason)
    {
        string status = holds ? "True" : "False";
        if (StatusOf(pod, type) != status)
        {
            conditions.Add((JsonNode)new JsonObject
            {
                ["type"] = type,
                ["status"] = status,
                ["reason"] = holds ? null : reason,
                ["lastTransitionTime"] = Time(DateTime.UtcNow),
            });
        }
    }

    private static string? StatusOf(V1Pod pod, string condition) => pod.Status?.Conditions?.FirstOrDefault(c => c.Type == condition)?.Status;

    private static string Time(DateTime time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);

    // A pod may be gone, and a server away: there will be news of either.
    private static async Task TryAsync(Func<Task> request)
    {
        try
        {
            await request();
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            // The next report says it all again.
        }
    }

    private sealed class Container
    {
        private ContainerScript _script;
        private DateTime _runsAt;
        private bool _runs;

        public string Wanted { get; private set; } = "";

        public int Restarts { get; set; }

        public bool HasRun { get; private set; }

        public bool IsReady { get; private set; }

        private string Image { get; set; } = "";

        public void Begin(string image, ContainerScript script, DateTime now)
        {
            Wanted = image;
            _script = script;
            _runsAt = now + script.StartsAfter;
            _runs = IsReady = false;
        }

        public DateTime? Advance(DateTime now)
        {
            if (now < _runsAt)
            {
                return _runsAt;
            }

            if (!_runs)
            {
                Image = Wanted;
                _runs = HasRun = true;
                Restarts += _script.Fate == ContainerFate.Crashes ? 1 : 0;
            }

            DateTime readyAt = _runsAt + _script.ReadyAfter;
            IsReady = _script.Fate == ContainerFate.Healthy && now >= readyAt;
            return _script.Fate == ContainerFate.Healthy && !IsReady ? readyAt : null;
        }

        public bool Is(V1ContainerStatus status) =>
            status.Image == Named(Image.Length == 0 ? Wanted : Image) && status.Ready == IsReady && status.RestartCount == Restarts && status.ImageID == IdOf(Image);

        public JsonObject Status(string name) => new()
        {
            ["name"] = name,
            ["image"] = Named(Image.Length == 0 ? Wanted : Image),
            ["imageID"] = IdOf(Image),
            ["ready"] = IsReady,
            ["started"] = _runs && _script.Fate != ContainerFate.Crashes,
            ["restartCount"] = Restarts,
            ["state"] = _runs && _script.Fate == ContainerFate.Crashes
                ? new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "CrashLoopBackOff" } }
                : _runs
                    ? new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Time(_runsAt) } }
                    : new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ContainerCreating" } },
        };

        // As containerd names them.
        private static string Named(string image) =>
            image.Contains('/', StringComparison.Ordinal) ? image : "docker.io/library/" + image;

        private static string IdOf(string image) => image.Length == 0
            ? ""
            : $"{Named(image).Split(':')[0]}@sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(image)))}";
    }
}
