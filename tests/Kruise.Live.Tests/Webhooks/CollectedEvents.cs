using System.Collections.Concurrent;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster.Events;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>Keeps what is recorded, as "Severity Kind/name reason: message".</summary>
internal sealed class CollectedEvents : IEventSink
{
    public ConcurrentQueue<string> All { get; } = [];

    public void Record(V1ObjectReference about, EventSeverity severity, string reason, string message) =>
        All.Enqueue($"{severity} {about.Kind}/{about.Name} {reason}: {message}");
}
