using System.Text.Json;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Puller;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster.Events;
using Kruise.Live.Daemon;
using Kruise.Live.Daemon.Cri;
using Kruise.Live.Daemon.Pulling;
using Kruise.Live.Tests.Lab;
using ImageSpec = Kruise.Core.Api.ImageSpec;

namespace Kruise.Live.Tests.Daemon;

/// <summary>A node's daemon whose API server is one NodeImage in memory. Keeps all that the daemon says, to be searched for secrets.</summary>
internal sealed class DaemonHarness : INodeImageWriter, IEventSink, ISecretSource, IAsyncDisposable
{
    public const string NodeName = "node-1";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);

    private readonly Lock _lock = new();
    private readonly LogCapture<NodePullerHost> _hostLog = new();
    private readonly LogCapture<CriImagePuller> _pullerLog = new();
    private readonly List<string> _said = [];
    private readonly CriClient? _cri;
    private NodeImage _stored = new() { Metadata = new V1ObjectMeta { Name = NodeName, ResourceVersion = "1", Uid = "u" } };

    /// <summary>A daemon over a container runtime's socket.</summary>
    public DaemonHarness(string socketPath, PullerOptions? options = null, DaemonHarness? previous = null)
    {
        _cri = new CriClient(socketPath, TimeProvider.System);
        Host = Build(new CriImagePuller(_cri, TimeProvider.System, _pullerLog), TimeProvider.System, options, previous);
    }

    /// <summary>A daemon over a scripted runtime.</summary>
    public DaemonHarness(IContainerRuntime runtime, TimeProvider time, PullerOptions? options = null) => Host = Build(runtime, time, options, null);

    public NodePullerHost Host { get; }

    public List<V1Secret> Secrets { get; } = [];

    public List<(string About, EventSeverity Severity, string Reason, string Message)> Events { get; } = [];

    /// <summary>What the next status writes answer; the object in memory takes them when this is empty.</summary>
    public Queue<StatusWriteResult> Answers { get; } = new();

    public int Writes { get; private set; }

    /// <summary>All that left the daemon, with its log.</summary>
    public string AllText
    {
        get
        {
            lock (_lock)
            {
                return string.Join('\n', [.. _said, .. _hostLog.Lines, .. _pullerLog.Lines, .. Events.Select(e => $"{e.Reason} {e.Message}")]);
            }
        }
    }

    /// <summary>Asks for a tag, as the manager does.</summary>
    public void Ask(string image, string tag, ImageTagPullPolicy? policy = null, params ReferenceObject[] secrets)
    {
        NodeImage asked;
        lock (_lock)
        {
            var images = new Dictionary<string, ImageSpec>(_stored.Spec.Images ?? new Dictionary<string, ImageSpec>(), StringComparer.Ordinal);
            IReadOnlyList<ImageTagSpec> others = images.TryGetValue(image, out ImageSpec? spec) ? spec.Tags : [];
            images[image] = new ImageSpec
            {
                PullSecrets = secrets.Length > 0 ? secrets : null,
                Tags = [.. others, new ImageTagSpec { Tag = tag, CreatedAt = DateTime.UtcNow, Version = 0, PullPolicy = policy }],
            };
            asked = Store(_stored with { Spec = new NodeImageSpec { Images = images } });
        }

        Host.Observe(asked);
    }

    /// <summary>Gives the daemon what is stored, as its first list does.</summary>
    public void Resume() => Host.Observe(_stored);

    public ImageTagStatus? Status(string image, string tag)
    {
        lock (_lock)
        {
            return _stored.Status.ImageStatuses is { } all && all.TryGetValue(image, out ImageStatus? status)
                ? status.Tags.FirstOrDefault(t => t.Tag == tag)
                : null;
        }
    }

    /// <summary>The tag's status when its end has been reported.</summary>
    public async Task<ImageTagStatus> FinishedAsync(string image, string tag, CancellationToken cancellation)
    {
        await Until.HoldsAsync(
            _ => Task.FromResult(Status(image, tag)?.CompletionTime is not null), $"{image}:{tag} is reported finished", s_limit, cancellation);
        return Status(image, tag)!;
    }

    public Task<StatusWriteOutcome> UpdateStatusAsync(NodeImage nodeImage, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Writes++;
            _said.Add(JsonSerializer.Serialize(nodeImage.Status));
            if (Answers.TryDequeue(out StatusWriteResult answer) && answer != StatusWriteResult.Ok)
            {
                return Task.FromResult(new StatusWriteOutcome(answer, null));
            }

            return Task.FromResult(nodeImage.Metadata.ResourceVersion == _stored.Metadata.ResourceVersion
                ? StatusWriteOutcome.Ok(Store(_stored with { Status = nodeImage.Status }))
                : StatusWriteOutcome.Conflict(_stored));
        }
    }

    public void Record(V1ObjectReference about, EventSeverity severity, string reason, string message)
    {
        lock (_lock)
        {
            Events.Add((about.Kind, severity, reason, message));
        }
    }

    public Task<IReadOnlyList<V1Secret>> FindAsync(IReadOnlyList<ReferenceObject>? references, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<V1Secret>>(
            [.. (references ?? []).SelectMany(r => Secrets.Where(s => s.Metadata.Name == r.Name && s.Metadata.NamespaceProperty == r.Namespace))]);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _cri?.Dispose();
    }

    private NodePullerHost Build(IContainerRuntime runtime, TimeProvider time, PullerOptions? options, DaemonHarness? previous)
    {
        if (previous is not null)
        {
            _stored = previous._stored;
            Secrets.AddRange(previous.Secrets);
        }

        return new NodePullerHost(
            NodeName, options ?? PullerOptions.Default, new RandomStream(1), new NodeServices(runtime, this, this, this, time, _hostLog));
    }

    private NodeImage Store(NodeImage changed)
    {
        V1ObjectMeta meta = changed.Metadata with { ResourceVersion = (long.Parse(_stored.Metadata.ResourceVersion) + 1).ToString() };
        return _stored = changed with { Metadata = meta };
    }
}
