using Kruise.Live.Cluster.Events;
using Kruise.Live.Daemon.Pulling;

namespace Kruise.Live.Daemon;

/// <summary>What a node's puller works with.</summary>
internal sealed record NodeServices(
    IContainerRuntime Runtime, INodeImageWriter Writer, IEventSink Events, ISecretSource Secrets, TimeProvider Time, ILogger<NodePullerHost> Logger);
