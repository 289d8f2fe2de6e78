using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster.Events;

namespace Kruise.Live.Tests.Hollow;

/// <summary>For tests that are not about events.</summary>
internal sealed class NoEvents : IEventSink
{
    public void Record(V1ObjectReference about, EventSeverity severity, string reason, string message)
    {
    }
}
