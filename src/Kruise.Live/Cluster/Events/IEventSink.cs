using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Cluster.Events;

/// <summary>Takes events to be recorded; never fails and never waits.</summary>
internal interface IEventSink
{
    void Record(V1ObjectReference about, EventSeverity severity, string reason, string message);
}
